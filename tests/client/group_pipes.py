# SPDX-License-Identifier: MIT
"""Scripting: what goes in and out of a pipe (INTERFACE.md, wsclient)."""

import base64
import os
import random
import re
import subprocess
import tempfile
import threading
import time

from checks import Stopwatch, check, expect, expect_between, expect_that
from peer import BINARY, CLOSE, PING, PONG, TEXT
from program import WSCLIENT, expect_run, finish, run, start
from rogue import Rogue, said, said_close
from server import Server

SECTION = "INTERFACE wsclient"
TIME = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
LARGE = 16 << 20


def url_of(server, path="/raw"):
    return "ws://%s:%d%s" % (*server.address, path)


def echo(guest):
    """Echoes like a server of one thread that can do one thing at a time."""
    guest.open()
    while True:
        opcode, payload = guest.receive_frame()
        guest.send(said(opcode, payload))
        if opcode == CLOSE:
            return


def read_slowly(guest):
    """For longer than the client waits for a server that takes nothing."""
    guest.open()
    end = time.monotonic() + 35
    while time.monotonic() < end:
        guest.data += guest.socket.recv(2000)
        time.sleep(0.1)
    expect("bytes", LARGE, len(guest.expect_frame(BINARY)))
    guest.leave()


@check("P", SECTION, "a server that reads slowly is not given up", slow=True)
def slow_server(_):
    with Rogue(read_slowly) as rogue:
        process = start("-b", "--no-deflate", rogue.url)
        result = finish(process, bytes(LARGE))
        expect("status, errors", (0, ""), (result.status, result.errors))


@check("P", SECTION, "two lines, two replies, status 0")
def two_lines(_):
    with Server() as server:
        expect_run(0, b"Server received: a\nServer received: b\n",
                   url_of(server, "/"), data=b"a\nb\n")


@check("P", SECTION, "{} in, the same out", cases={
    "a last line without LF": (b"a\nb", b"a\nb\n"),
    "empty lines": (b"\n\na\n", b"\n\na\n"),
    "nothing": (b"", b""),
    "quit and a command": (b"quit\n/close\nQUIT\n", b"quit\n/close\nQUIT\n"),
    "CR, tabs and controls": (b"a\r\n\t\x1b[1m\n", b"a\r\n\t\x1b[1m\n"),
    "a NUL": (b"a\0b\n", b"a\0b\n"),
    "UTF-8": ("Gr\u00fc\u00dfe \U0001f600\n".encode(),) * 2})
def echoed(_, case):
    with Rogue(echo) as rogue:
        expect_run(0, case[1], "--slash", rogue.url, data=case[0])


@check("P", SECTION, "-0: messages end with NUL")
def null_delimited(_):
    with Rogue(echo) as rogue:
        expect_run(0, b"a\nb\0\0c\0", "-0", rogue.url, data=b"a\nb\0\0c")


@check("P", SECTION, "-b: {} is one binary message", cases={
    "every byte": bytes(range(256)), "no byte": b"", "a line": b"line\n",
    "a megabyte": random.Random(1).randbytes(1 << 20)})
def binary(_, data):
    def serve(guest):
        guest.open()
        guest.send(said(BINARY, guest.expect_frame(BINARY, data)))
        guest.leave()

    with Rogue(serve) as rogue:
        expect_run(0, data, "-b", rogue.url, data=data)


@check("P", SECTION, "{}", cases={
    "--hex": ("--hex", b"0001ff\n 00 01 FF\n\n", b"0001ff\n0001ff\n\n"),
    "--base64": ("--base64", b"AAH/\n AA== \n\n", b"AAH/\nAA==\n\n"),
    "--base64, much": ("--base64", base64.b64encode(b"much " * 90001) + b"\n",
                       base64.b64encode(b"much " * 90001) + b"\n")})
def encoded(_, case):
    option, data, output = case

    def serve(guest):
        guest.open()
        for line in data.splitlines():
            guest.expect_frame(
                BINARY, base64.b64decode(line) if option == "--base64"
                else bytes.fromhex(line.decode()))
        guest.send(*[said(BINARY, base64.b64decode(line)
                          if option == "--base64"
                          else bytes.fromhex(line.decode()))
                     for line in output.splitlines()])
        guest.leave()

    with Rogue(serve) as rogue:
        expect_run(0, output, option, rogue.url, data=data)


@check("P", SECTION, "{} names its line, and goes no further", cases={
    "a line that is no UTF-8": ([], b"a\n\xff\nb\n", "line 2 is not UTF-8"),
    "a surrogate": ([], b"\xed\xa0\x80\n", "line 1 is not UTF-8"),
    "a line that is no hex": (["--hex"], b"61\n6\n", "line 2 is not hex"),
    "a line that is no base64":
        (["--base64"], b"YQ==\nYQ\n", "line 2 is not base64")})
def bad_line(_, case):
    options, data, why = case
    with Rogue(echo) as rogue:
        result = run(*options, rogue.url, data=data)
    expect("status", 6, result.status)
    expect_that(why in result.errors, why, result.errors)
    expect_that(b"b" not in result.output, "no third line", result.output)


@check("P", SECTION, "-x twice; the input is not read")
def executed(_):
    with Rogue(echo) as rogue:
        expect_run(0, b"quit\nb\n", "-x", "quit", "--execute=b", rogue.url,
                   data=b"not this\n")


@check("P", SECTION, "-w 0: Close at once, replies are printed until the end")
def no_waiting(_):
    def serve(guest):
        guest.open()
        guest.expect_frame(TEXT, b"hello")
        guest.expect_close(1000)
        time.sleep(0.3)
        guest.send(said(TEXT, "one"), said(TEXT, "tw", fin=False),
                   said(PING), said(0, "o"), said(TEXT, "three"),
                   said_close())
        guest.expect_end()

    with Rogue(serve) as rogue:
        expect_run(0, b"one\ntwo\nthree\n", "-w", "0", "-x", "hello",
                   rogue.url)


@check("P", SECTION, "-w 1: Close after a second without a message")
def short_wait(_):
    def serve(guest):
        guest.open()
        guest.expect_frame(TEXT)
        guest.expect_frame(TEXT)
        for _ in range(3):
            time.sleep(0.25)
            guest.send(said(PING))
            guest.expect_frame(PONG)
        guest.leave()

    with Rogue(serve) as rogue, Stopwatch() as watch:
        expect_run(0, b"", "-w", "1", "-x", "a", "-x", "b", rogue.url)
    expect_between("seconds", 0.9, 10, watch.seconds)


@check("P", SECTION, "-w -1: until the server ends, whatever has come")
def endless_wait(_):
    def serve(guest):
        guest.open()
        guest.send(said(TEXT, "one"))
        time.sleep(2.5)
        guest.send(said(TEXT, "two"), said_close())
        guest.expect_close(1000)

    with Rogue(serve) as rogue:
        expect_run(0, b"one\ntwo\n", "-w", "-1", rogue.url)


@check("P", SECTION, "Close as soon as there are as many replies")
def counted(_):
    with Rogue(echo) as rogue, Stopwatch() as watch:
        expect_run(0, b"a\n", "-w", "20", "-x", "a", rogue.url)
    expect_that(watch.seconds < 10, "no waiting", watch.seconds)


@check("P", SECTION, "replies come while the input is open")
def prompt_replies(_):
    with Rogue(echo) as rogue:
        process = start(rogue.url)
        for line in (b"first\n", b"second\n"):
            process.stdin.write(line)
            process.stdin.flush()
            expect("reply", line, process.stdout.readline())
        expect("status", 0, finish(process).status)


@check("P", SECTION, "200000 lines, and none is lost")
def many_lines(_):
    data = b"".join(b"line %d\n" % number for number in range(200000))
    with Server() as server:
        result = run(url_of(server), data=data)
    expect("status", 0, result.status)
    expect_that(result.output == data, "all lines", len(result.output))


@check("P", SECTION, "a server that does not read while it sends")
def full_duplex(_):
    data = b"".join(b"%0999d\n" % number for number in range(30000))
    with Rogue(echo) as rogue:
        result = run(rogue.url, data=data)
    expect("status, length", (0, len(data)),
           (result.status, len(result.output)))
    expect_that(result.output == data, "all lines", result.output[:80])


@check("P", SECTION, "16 MiB in one message, there and back")
def large_message(_):
    data = random.Random(2).randbytes(LARGE)
    with Server() as server:
        result = run("-b", url_of(server), data=data)
    expect("status", 0, result.status)
    expect_that(result.output == data, "all bytes", len(result.output))


@check("P", SECTION, "a reader that is slow gets everything")
def slow_reader(_):
    def serve(guest):
        guest.open()
        for number in range(200):
            guest.send(said(BINARY, b"%d" % number * 20000))
        guest.leave()

    with Rogue(serve) as rogue:
        process = start("-w", "0.1", rogue.url)
        process.stdin.close()
        time.sleep(1)
        output = b""
        while piece := os.read(process.stdout.fileno(), 50000):
            output += piece
            time.sleep(0.001)
        status = process.wait(30)
        process.stderr.close()
        process.stdout.close()
    expect("status", 0, status)
    expect_that(output == b"".join(b"%d" % number * 20000 + b"\n"
                                   for number in range(200)),
                "all messages", len(output))


@check("K11", "FAULTS", "a reader that has left: Close with 1000, no message")
def reader_has_left(_):
    def serve(guest):
        guest.open()
        guest.send(said(TEXT, "one"))
        guest.leave()

    with Rogue(serve) as rogue:
        process = start("-w", "-1", rogue.url)
        process.stdin.close()
        expect("reply", b"one\n", process.stdout.readline())
        process.stdout.close()
        expect("status", 0, process.wait(30))
        expect("errors", b"", process.stderr.read())
        process.stderr.close()


@check("K11", "FAULTS", "no space for the output: 1, and it says so")
def no_space(_):
    with Rogue(echo) as rogue, open("/dev/full", "wb") as full:
        result = finish(start("-w", "-1", "-x", "hello", rogue.url,
                              stdout=full))
    expect("status", 1, result.status)
    expect_that("No space left" in result.errors, "why", result.errors)


@check("K11", "FAULTS", "standard descriptors that are closed")
def closed_descriptors(_):
    with Rogue(echo) as rogue:
        status = subprocess.run(
            ["sh", "-c", '"$0" "$@" <&- >&- 2>&-',
             WSCLIENT, "-w", "-1", "-x", "hello", rogue.url],
            timeout=30).returncode
    expect("status", 1, status)


@check("K11", "FAULTS", "standard output that is closed: 1, and it says so")
def closed_output(_):
    def serve(guest):
        guest.open()
        guest.send(said(TEXT, "lost"))
        guest.leave()

    with Rogue(serve) as rogue:
        result = subprocess.run(
            ["sh", "-c", '"$0" "$@" <&- >&-', WSCLIENT, "-w", "-1", rogue.url],
            timeout=30, stderr=subprocess.PIPE)
    expect("status", 1, result.returncode)
    expect("errors", b"wsclient: cannot write: Bad file descriptor\n",
           result.stderr)


@check("K11", "INTERFACE wsclient", "{}: 1 without space, and it says so",
       cases={option: option for option in ("--help", "--version")})
def no_space_for_help(_, option):
    with open("/dev/full", "wb") as full:
        result = finish(start(option, stdout=full))
    expect("status", 1, result.status)
    expect("errors", "wsclient: cannot write: No space left on device\n",
           result.errors)


@check("P", SECTION, "--timestamps")
def timestamps(_):
    with Rogue(echo) as rogue:
        result = run("--timestamps", "-x", "hello", rogue.url)
    expect_that(re.fullmatch(TIME + rb" hello\n", result.output),
                "a time", result.output)


@check("P", SECTION, "-P: pings and pongs on stderr, answers all the same")
def control_frames(_):
    def serve(guest):
        guest.open()
        guest.expect_frame(TEXT)
        guest.send(said(PING, "a\x1b"), said(PONG, "b"))
        guest.expect_frame(PONG, b"a\x1b")
        guest.send(said(TEXT, "x"))
        guest.leave()

    with Rogue(serve) as rogue:
        result = expect_run(0, b"x\n", "-P", "-w", "1", "-x", "y", rogue.url)
    expect("errors", "wsclient: Received ping: a\\x1b\n"
           "wsclient: Received pong: b\n", result.errors)


@check("P", SECTION, "--ping-interval: round trips")
def round_trips(_):
    def serve(guest):
        guest.open()
        for _ in range(3):
            payload = guest.expect_frame(PING)
            time.sleep(0.05)
            guest.send(said(PONG, payload))
        guest.send(said_close())

    with Rogue(serve) as rogue:
        result = expect_run(0, b"", "--ping-interval=0.1", "-w", "-1",
                            rogue.url)
    times = re.findall(r"Pong: after (\d+\.\d{3}) ms", result.errors)
    expect("pongs", 3, len(times))
    for milliseconds in times:
        expect_between("milliseconds", 50, 5000, float(milliseconds))


@check("P", SECTION, "--echo: each message comes back as it came")
def echo_peer(_):
    large = random.Random(3).randbytes(1 << 20)
    messages = [(TEXT, "Gr\u00fc\u00dfe".encode()), (BINARY, b"\0\xff"),
                (TEXT, b""), (BINARY, large)]

    def serve(guest):
        guest.open()
        for opcode, payload in messages:
            guest.send(said(opcode, payload))
            guest.expect_frame(opcode, payload)
        guest.send(said(TEXT, "a", fin=False), said(PING, "p"),
                   said(0, "b"), said_close(1001, "enough"))
        guest.expect_frame(PONG, b"p")
        guest.expect_frame(TEXT, b"ab")
        guest.expect_close(1001)

    with Rogue(serve) as rogue:
        expect_run(0, b"", "--echo", rogue.url, data=b"not this\n")


@check("P", SECTION, "--echo answers many that come at once")
def echo_many(_):
    frames = b"".join(said(BINARY, b"%d" % number * 100)
                      for number in range(20000))

    def serve(guest):
        guest.open()
        sender = threading.Thread(target=guest.send, args=(frames,))
        sender.start()
        for number in range(20000):
            guest.expect_frame(BINARY, b"%d" % number * 100)
        sender.join()
        guest.send(said_close())

    with Rogue(serve) as rogue:
        expect_run(0, b"", "--echo", rogue.url)


@check("P", SECTION, "the handshake has what the options say")
def handshake(_):
    heads = []

    def serve(guest):
        guest.open(Sec_WebSocket_Protocol="mud")
        heads.append(guest.head.decode())
        guest.leave()

    with tempfile.NamedTemporaryFile("w") as fields, \
            tempfile.NamedTemporaryFile("w") as secret:
        print("X-One: 1\r\n\nx-two:  2 ", file=fields, flush=True)
        print("user:pass:word", file=secret, flush=True)
        with Rogue(serve) as rogue:
            result = expect_run(
                0, b"", rogue.url + "/chat?a=b", "-H", "@" + fields.name,
                "-H", "Cookie: secret", "-o", "http://here", "-v",
                "--subprotocol=chat", "-s", "mud", "-H", "host: there",
                "--auth-file=" + secret.name)
    lines = heads[0].split("\r\n")
    expect("the request line", "GET /chat?a=b HTTP/1.1", lines[0])
    for line in ("Host: there", "Origin: http://here", "X-One: 1", "x-two: 2",
                 "Sec-WebSocket-Protocol: chat, mud", "Cookie: secret",
                 "Authorization: Basic dXNlcjpwYXNzOndvcmQ="):
        expect(line, 1, lines.count(line))
    shown = result.errors.splitlines()
    for line in ("> GET /chat?a=b HTTP/1.1", "> Cookie: (hidden)",
                 "> Authorization: (hidden)", "< Upgrade: websocket",
                 "< Sec-WebSocket-Protocol: mud"):
        expect(line, 1, shown.count(line))


@check("P", SECTION, "a Unix socket")
def unix_socket(_):
    with tempfile.TemporaryDirectory() as folder:
        with Rogue(echo, path=os.path.join(folder, "socket")) as rogue:
            expect_run(0, b"hello\n", "-x", "hello", rogue.url)


@check("P", SECTION, "no needless waiting: 20 one-shots in a row")
def one_shots(_):
    with Server() as server, Stopwatch() as watch:
        for _ in range(20):
            expect_run(0, b"hello\n", "-x", "hello", "-w", "0",
                       url_of(server))
    expect_that(watch.seconds < 10, "at most half a second each",
                watch.seconds)
