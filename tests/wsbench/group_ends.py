# SPDX-License-Identifier: MIT
"""Every exit status (INTERFACE.md, wsbench)."""

import errno
import os
import signal
import socket
import subprocess
import time

import certificates
from bench import SECTION, WSBENCH, expect_sums, finish, run, run_json, \
    serving, start, trust, url_of
from checks import Stopwatch, check, expect, expect_between, expect_that
from failing import Failing
from peer import CLOSE, PING
from rogue import Rogue, said, said_close


def expect_failure(status, why, *arguments, **rest):
    result = run(*arguments, **rest)
    expect("exit status", status, result.status)
    expect_that(result.errors.startswith("wsbench: ") and
                why in result.errors, why, result.errors)
    return result


@check("E2", SECTION, "2: {}", cases={
    "-t": (["-t", "10"], "did you mean -d?"),
    "an unknown option": (["--no-such-option"], "Try 'wsbench --help'"),
    "a bad time": (["-d", "fast"], "is not a time"),
    "two URLs": (["ws://a", "ws://b"], "unexpected argument"),
    "a bad URL": (["http://a:99999"], "Try 'wsbench --help'"),
    "two modes": (["--handshakes", "--idle=3"], "more than one of")})
def usage(_, case):
    expect_failure(2, case[1], *case[0])


@check("E1", SECTION, "{} tells, and exits with 0", cases={
    "--help": ("--help", "Usage: wsbench [OPTION]... [URL]\n"),
    "--version": ("--version", "wsbench (wsserver) ")})
def told(_, case):
    option, begin = case
    result = run(option)
    expect("exit status, errors", (0, ""), (result.status, result.errors))
    expect_that(result.output.startswith(begin), begin, result)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([WSBENCH, option], stdout=full, timeout=60,
                              check=False)
    expect("exit status when it cannot be written", 1, done.returncode)


@check("E3", SECTION, "3: nothing listens")
def nothing_listens(_):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    expect_failure(3, f"cannot connect to 127.0.0.1 port {port}: ",
                   f"ws://127.0.0.1:{port}")


@check("E3", SECTION, "3: an unknown name")
def unknown_name(_):
    expect_failure(3, "cannot connect to name.invalid port 80",
                   "ws://name.invalid")


@check("E3", SECTION, "3: a name that is too long: {}", cases={
    "a host": ("ws://" + "name." * 60 + "example", "the name is too long"),
    "a path": ("ws+unix:/" + "path/" * 60 + ":/", "the name is too long"),
    "a path that the system has no room for": (
        "ws+unix:/" + "path/" * 40 + ":/", os.strerror(errno.ENAMETOOLONG))})
def long_name(_, case):
    url, why = case
    expect_failure(3, why, url)


@check("E3", SECTION, "3: the server listens no longer")
def listener_gone(_):
    def serve(guest):
        guest.open()
        rogue.socket.close()
        guest.leave()

    with Rogue(serve) as rogue:
        result = run_json(3, "--handshakes", "-c1", "-n2", rogue.url)
    expect("ok, failed", {"ok": 1, "failed": 1}, result["handshakes"])


@check("E3", SECTION, "3: more connections than descriptors")
def too_many_connections(_):
    expect_failure(3, "need more descriptors than the limit of 100 ",
                   "-c99", "ws://127.0.0.1:1", descriptors=100)


@check("E4", SECTION, "4: {}", cases={
    "a certificate of nobody's": ([], "certificate"),
    "no such file of authorities": (["--ca=/no/such/file"], "authorities")})
def tls_fails(_, case):
    with serving(scheme="wss") as server:
        expect_failure(4, case[1], *case[0], url_of(server))


@check("E4", SECTION, "4: TLS to a plain port")
def tls_to_plain(_):
    with serving() as server:
        expect_failure(4, "", "-k", url_of(server).replace("ws:", "wss:"))


@check("E4", SECTION, "a certificate that is not verified is none too few")
def insecure(_):
    with serving(scheme="wss") as server:
        result = run("-k", "-n20", url_of(server))
    expect("exit status", 0, result.status)
    expect_that("not verified" in result.errors, "a warning", result.errors)


@check("E4", SECTION, "--cert and --key show ours")
def client_certificate(_):
    path = certificates.path
    options = (f"--client-ca={path('authority.pem')}",)
    with serving(*options, scheme="wss") as server:
        ours = f"--cert={path('client.pem')}", f"--key={path('client.key')}"
        good = run("-n5", trust(), *ours, url_of(server))
        bad = run("-n5", trust(), url_of(server))
    expect("exit status with one", 0, good.status)
    expect("exit status without", 4, bad.status)
    expect_that("certificate required" in bad.errors, "the reason", bad)


@check("E5", SECTION, "5: {}", cases={
    "404": (lambda guest: guest.answer("404 Not Found"), "404"),
    "a wrong accept": (lambda guest: guest.answer(
        Sec_WebSocket_Accept="x"), "Sec-WebSocket-Accept"),
    "no HTTP": (lambda guest: guest.send(b"hello\n"), "no WebSocket server"),
    "nothing": (lambda guest: None, "connection lost")})
def refused(_, case):
    answer, why = case
    with Rogue(lambda guest: answer(guest.receive_request())) as rogue:
        result = expect_failure(5, why, rogue.url)
    expect("output", "", result.output)


@check("E5", SECTION, "5: the request cannot be sent")
def unsent_request(_):
    failing = Failing(WSBENCH)
    rule = failing.let("send", error=errno.ECONNRESET)
    with serving() as server:
        expect_failure(5, "connection lost: ", url_of(server),
                       environment=failing.environment())
    expect("calls that failed", 1, failing.failed(rule))


@check("E5", SECTION, "5: --deflate, and the server does not compress")
def no_compression(_):
    with serving("--no-deflate") as server:
        expect_failure(5, "does not compress", "--deflate", url_of(server))


@check("E5", SECTION, "5: --deflate, and a later window is narrower")
def narrower_window(_):
    """Messages are compressed once, for all connections."""

    def serve(guest, bits):
        guest.open(Sec_WebSocket_Extensions="permessage-deflate; "
                   "server_no_context_takeover; client_no_context_takeover; "
                   f"server_max_window_bits=12; client_max_window_bits={bits}")
        if bits == 12:
            guest.leave()

    with Rogue(lambda guest: serve(guest, 12),
               lambda guest: serve(guest, 10)) as rogue:
        result = expect_failure(5, "a narrower window for compression than "
                                "before", "--handshakes", "--deflate", "-c1",
                                "-n2", rogue.url)
    expect_that("handshakes  1 ok, 1 failed, " in result.output,
                "the result", result.output)


@check("E6", SECTION, "130: Ctrl-C, with the result so far")
def interrupted(_):
    with serving() as server:
        process = start("-d60s", "--json", url_of(server))
        time.sleep(1)
        with Stopwatch() as watch:
            process.send_signal(signal.SIGINT)
            result = finish(process)
    expect("exit status", 130, result.status)
    expect("interrupted", True, result.json["interrupted"])
    expect_that(result.json["messages"]["right"] > 0, "replies", result)
    expect("wrong, lost", (0, 0), (result.json["messages"]["wrong"],
                                   result.json["messages"]["lost"]))
    expect_sums(result.json)
    expect_that(watch.seconds < 30, "a quick end", watch.seconds)


@check("E6", SECTION, "130: Ctrl-C does not wait for what does not come")
def interrupted_in_silence(_):
    def serve(guest):
        guest.open()
        guest.receive_frame()
        guest.receive_frame()

    with Rogue(serve) as rogue:
        process = start("-c1", "-d60s", "--json", rogue.url)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        result = finish(process)
    expect("exit status", 130, result.status)
    expect("lost", 1, result.json["messages"]["lost"])


@check("E6", SECTION, "130: Ctrl-C twice, while the handshake hangs")
def interrupted_in_handshake(_):
    def serve(guest):
        guest.receive_request()
        guest.expect_end()

    with Rogue(serve) as rogue:
        process = start("-c1", rogue.url)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        result = finish(process)
    expect("exit status", 130, result.status)


@check("E7", SECTION, "the connection is closed in order")
def closed_in_order(_):
    def serve(guest):
        guest.open()
        guest.send(said(*guest.receive_frame()))
        guest.leave()

    with Rogue(serve) as rogue:
        run_json(0, "-c1", "-n1", rogue.url)


@check("E7", SECTION, "a server that does not close is left in time")
def server_does_not_close(_):
    def serve(guest):
        guest.open()
        guest.send(said(*guest.receive_frame()))
        guest.expect_close(1000)
        guest.expect_end()

    with Stopwatch() as watch, Rogue(serve) as rogue:
        run_json(0, "-c1", "-n1", rogue.url)
    expect_between("seconds", 0, 60, watch.seconds)


@check("E7", SECTION, "a closing handshake gone wrong is no failed opening")
def closed_out_of_order(_):
    def serve(guest):
        guest.open()
        guest.send(said(*guest.receive_frame()))
        guest.expect_close(1000)
        guest.send(said_close(1005))

    with Rogue(serve) as rogue:
        result = run_json(1, "-c1", "-n1", rogue.url)
    expect("ok, failed", (1, 0), tuple(
        result["handshakes"][name] for name in ("ok", "failed")))
    expect("connections lost", 1, result["connections_lost"])


@check("E8", SECTION, "what is silent for ten seconds is given up")
def silence(_):
    def serve(guest):
        guest.open()
        guest.receive_frame()
        guest.socket.settimeout(60)
        guest.leave()

    def ping(guest):
        guest.open()
        guest.receive_frame()
        end = time.monotonic() + 40
        while time.monotonic() < end:
            guest.send(said(PING))
            if guest.receive_frame()[0] == CLOSE:
                break
            time.sleep(1)
        guest.send(said_close())

    def stay(guest):
        guest.open()
        guest.expect_close(1000)
        guest.socket.settimeout(60)
        guest.expect_end()

    with Rogue(serve) as rogue, Rogue(stay) as staying, \
            Rogue(ping) as pinging, Stopwatch() as watch, \
            socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        unanswered = start("-c1", f"ws://127.0.0.1:{port}")
        secure = start("-c1", f"wss://127.0.0.1:{port}")
        silent = start("-c1", "-n1", "--json", rogue.url)
        pinged = start("-c1", "-n1", "--json", pinging.url)
        unclosed = start("--handshakes", "-c1", "-n2", staying.url)
        result = finish(unanswered)
        expect("exit status without a 101", 5, result.status)
        expect_that("the handshake timed out" in result.errors,
                    "the reason", result.errors)
        result = finish(secure)
        expect("exit status without TLS", 4, result.status)
        result = finish(silent)
        expect("exit status without a reply", 1, result.status)
        expect("lost", 1, result.json["messages"]["lost"])
        result = finish(pinged)
        expect("exit status with pings alone", 1, result.status)
        expect("lost", 1, result.json["messages"]["lost"])
        result = finish(unclosed)
    expect("exit status without a Close", 1, result.status)
    expect_that("does not end the closing" in result.errors, "the reason",
                result.errors)
    expect_between("seconds", 10, 30, watch.seconds)


@check("E9", SECTION, "the limit of descriptors is raised")
def raised_limit(_):
    with serving() as server:
        process = subprocess.run(
            ["sh", "-c", 'ulimit -Sn 64 && exec "$@"', "sh", WSBENCH, "-c200",
             "-n200", url_of(server)], stdout=subprocess.DEVNULL,
            timeout=60, check=False)
    expect("exit status", 0, process.returncode)
