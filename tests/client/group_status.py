# SPDX-License-Identifier: MIT
"""Every exit status (INTERFACE.md, wsclient), against a raw server."""

import os
import signal
import socket
import tempfile
import time

from checks import Stopwatch, check, expect, expect_between, expect_that
from peer import BINARY, TEXT
from program import expect_run, finish, run, start
from rogue import Rogue, said, said_close

SECTION = "INTERFACE wsclient, Exit"


def serve_one(guest):
    """Answers one message, and the Close."""
    guest.open()
    guest.send(said(TEXT, b"got " + guest.expect_frame(TEXT)))
    guest.leave()


@check("S0", SECTION, "0: closed by us")
def closed_by_us(_):
    with Rogue(serve_one) as rogue:
        result = expect_run(0, b"got hello\n", rogue.url, data=b"hello\n")
    expect("errors", "", result.errors)


@check("S0", SECTION, "{} by the server", cases={
    "0: 1000": (0, said_close(1000)), "0: 1001": (0, said_close(1001, "x")),
    "0: 1005": (0, said(8)), "1: 1011": (1, said_close(1011, "oops")),
    "1: 1002": (1, said_close(1002)), "1: 3000": (1, said_close(3000))})
def closed_by_server(_, case):
    status, bye = case

    def serve(guest):
        guest.open()
        guest.send(said(TEXT, "first"), bye)
        code = int.from_bytes(bye[2:4], "big") if len(bye) > 2 else None
        guest.expect_close(code)

    with Rogue(serve) as rogue:
        result = expect_run(status, b"first\n", rogue.url, "-w", "-1")
    shown = 'Connection closed by server (1011, "oops")' in result.errors
    expect("whether the reason is shown", b"oops" in bye, shown)


@check("S2", SECTION, "2: {}", cases={
    "an unknown option": ["--no-such-option"], "two URLs": ["ws://a", "ws://b"],
    "a bad port": ["ws://localhost:65536"], "a fragment": ["ws://a/#b"],
    "user and password": ["ws://user:secret@localhost"],
    "no number": ["--wait=x"], "a message that is no UTF-8": ["-x", b"\xff"],
    "two forms of input": ["--hex", "--base64"],
    "a header of the handshake": ["-H", "Upgrade: x"],
    "two origins": ["-o", "http://a", "-H", "origin: http://b"],
    "two credentials": ["-H", "Authorization: secret user",
                        "-H", "authorization: other"],
    "a subprotocol twice": ["-s", "a", "-s", "b", "-s", "a"],
    "a header without a colon": ["-H", "nothing"],
    "a file that is not there": ["-H", "@/no/such/file"],
    "no auth-file": ["--auth-file=/no/such/file"],
    "a proxy for https": ["--proxy=https://localhost"]})
def wrong_usage(_, arguments):
    result = expect_run(2, b"", *arguments)
    expect("lines of errors", 1, result.errors.count("\n"))
    expect_that("secret" not in result.errors or "user" in result.errors,
                "an explanation", result.errors)


@check("S2", SECTION, "2: --auth-file and {}", cases={
    "a field": ["-H", "authorization: secret"],
    "a field in a file": ["-H", "@FILE"]})
def credentials_twice(_, arguments):
    with tempfile.NamedTemporaryFile("w") as file:
        print("Authorization: user:secret", file=file, flush=True)
        result = expect_run(2, b"", "--auth-file=" + file.name, *[
            each.replace("FILE", file.name) for each in arguments])
    expect("lines of errors", 1, result.errors.count("\n"))
    expect_that("secret" not in result.errors, "no secret", result.errors)


@check("S2", SECTION, "{} on stdout with 0", cases={
    "help": ("--help", b"Usage: wsclient"),
    "version": ("--version", b"wsclient (wsserver) ")})
def told_on_stdout(_, case):
    result = run(case[0])
    expect("status", 0, result.status)
    expect_that(result.output.startswith(case[1]), case[1], result.output)


@check("S3", SECTION, "3: nobody listens")
def nobody_listens(_):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        result = expect_run(3, b"", f"ws://127.0.0.1:{port}")
    expect_that("Connection refused" in result.errors, "why", result.errors)


@check("S3", SECTION, "3: {}", cases={
    "a name that is not known": "ws://no.such.name.invalid",
    "a Unix socket that is not there": "ws+unix:/no/such/socket:/"})
def unknown_place(_, url):
    result = expect_run(3, b"", "--connect-timeout=20", url)
    expect("lines of errors", 1, result.errors.count("\n"))


@check("S5", SECTION, "5: refused, with status and body")
def refused(_):
    def serve(guest):
        guest.receive_request()
        guest.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\n"
                   b"go away!\nand what stands behind it")

    with Rogue(serve) as rogue:
        result = expect_run(5, b"", rogue.url, "-x", "hello")
    expect("errors", "wsclient: handshake refused: 403 Forbidden\n"
           "go away!\n", result.errors)


@check("S6", SECTION, "6: {}", cases={
    "the end without a Close": lambda guest: None,
    "a reset": lambda guest: guest.reset(),
    "half a frame": lambda guest: guest.send(b"\x81\x05he"),
    "a masked frame": lambda guest: guest.send(b"\x81\x81kkkk!")})
def lost(_, harm):
    def serve(guest):
        guest.open()
        guest.send(said(TEXT, "first"))
        guest.expect_frame(TEXT)
        harm(guest)

    with Rogue(serve) as rogue:
        result = run(rogue.url, "-x", "hello", "-w", "-1")
    expect("status", 6, result.status)
    expect("lines of errors", 1, result.errors.count("\n"))


@check("S6", SECTION, "6: closed in order with input unsent")
def closed_with_input_unsent(_):
    def serve(guest):
        guest.open()
        guest.expect_frame(TEXT)
        guest.send(said_close(1000))
        while guest.socket.recv(1 << 20):
            pass

    with Rogue(serve) as rogue:
        result = run(rogue.url, data=b"line\n" * 10000000)
    expect("status", 6, result.status)


@check("S7", SECTION, "7: a server that says nothing")
def stalled_server(_):
    with socket.create_server(("127.0.0.1", 0)) as silent, \
            Stopwatch() as watch:
        expect_run(7, b"", "--connect-timeout=1",
                   f"ws://127.0.0.1:{silent.getsockname()[1]}")
    expect_between("seconds", 0.9, 10, watch.seconds)


@check("S7", SECTION, "0 and a warning: a Close that is not answered")
def close_unanswered(_):
    def serve(guest):
        guest.open()
        guest.expect_close(1000)
        time.sleep(0.2)
        guest.send(said(TEXT, "late"))
        guest.socket.settimeout(30)
        guest.expect_end()

    with Rogue(serve) as rogue, Stopwatch() as watch:
        result = expect_run(0, b"late\n", rogue.url)
    expect_that("did not answer" in result.errors, "why", result.errors)
    expect_between("seconds", 4, 20, watch.seconds)


@check("S130", SECTION, "130: {} in a pipe, which closes with 1000", cases={
    "INT": signal.SIGINT, "TERM": signal.SIGTERM, "HUP": signal.SIGHUP})
def interrupted(_, number):
    processes = []

    def serve(guest):
        guest.open()
        guest.expect_frame(BINARY)
        processes[0].send_signal(number)
        guest.expect_close(1000)
        guest.send(said(TEXT, "in between"), said_close())

    with Rogue(serve) as rogue:
        processes.append(start("--hex", rogue.url))
        processes[0].stdin.write(b"00\n")
        processes[0].stdin.flush()
        result = Waiting(processes[0]).end()
    expect("status", 130, result.status)
    expect("output", b"696e206265747765656e\n", result.output)


class Waiting:
    """A process whose standard input stays open until its end."""

    def __init__(self, process):
        self.process = process

    def end(self):
        self.process.wait(30)
        return finish(self.process, None)


@check("S130", SECTION, "130: a second INT does not wait for the server")
def interrupted_twice(_):
    processes = []

    def serve(guest):
        guest.open()
        guest.send(said(TEXT, "x"))
        processes[0].stdout.readline()
        processes[0].send_signal(signal.SIGINT)
        guest.expect_close(1000)
        processes[0].send_signal(signal.SIGINT)
        guest.expect_end()

    with Rogue(serve) as rogue, Stopwatch() as watch:
        processes.append(start(rogue.url))
        result = Waiting(processes[0]).end()
    expect("status", 130, result.status)
    expect_that(watch.seconds < 4, "no waiting", watch.seconds)


@check("S130", SECTION, "130: INT while connecting")
def interrupted_while_connecting(_):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        process = start(f"ws://127.0.0.1:{silent.getsockname()[1]}")
        connected = silent.accept()[0]
        connected.recv(10)
        os.kill(process.pid, signal.SIGINT)
        result = Waiting(process).end()
        connected.close()
    expect("status", 130, result.status)
