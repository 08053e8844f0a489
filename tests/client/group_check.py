# SPDX-License-Identifier: MIT
"""wsclient --check of our server, and of servers that others have written."""

import contextlib
import http.server
import re
import threading
import time

from checks import check, expect, expect_that
from group_peers import node_server, our_server, python_server
from group_tls import certificate, secure_url, secured
from program import expect_run, run
from rogue import Rogue

SECTION = "INTERFACE wsclient"
LINE = re.compile(r"(ok|warn|FAIL) +RFC \d+ [\d.]+ +(.+)")

HOSTS = ["a request without Host is refused with 400",
         "a request with two Hosts is refused with 400"]

# Where these really are wrong; other versions of them may do better.
OTHERS = {
    "Python websockets": (python_server, [
        "version 12 is refused with 426 and those it speaks",
        "a length with its top bit set fails the connection", *HOSTS]),
    "node ws": (node_server, [
        "a request in HTTP/1.0 is refused",
        "a space before a colon is refused with 400", *HOSTS]),
}


def run_checks(url):
    """Its exit status, and the lines of each grade without it."""
    result = run("--check", url)
    *lines, counts = result.output.decode().splitlines()
    grades = {"ok": [], "warn": [], "FAIL": []}
    for line in lines:
        match = LINE.fullmatch(line)
        expect_that(match, "the line of a check", line)
        grades[match[1]].append(match[2])
    expect("counts", counts, ", ".join(
        f"{len(grades[grade])} {grade}" for grade in grades))
    return result.status, grades


@check("CHECK", SECTION, "wsserver is all right: {}",
       cases={path: path for path in ("/", "/raw")})
def ours(_, path):
    with our_server() as url:
        status, grades = run_checks(url + path)
    expect("not ok", [], grades["warn"] + grades["FAIL"])
    expect_that(len(grades["ok"]) >= 40, "forty checks", len(grades["ok"]))
    expect("status", 0, status)


@check("CHECK", SECTION, "{}: told where it is wrong", cases=OTHERS)
def others(_, case):
    serve, known = case
    with serve() as url:
        status, grades = run_checks(url)
    unknown = [line for line in grades["FAIL"]
               if not line.startswith(tuple(known))]
    expect("FAIL", [], unknown)
    expect_that(len(grades["ok"]) >= 40, "forty good ones", grades["ok"])
    expect("status", 1 if grades["FAIL"] else 0, status)


class NoPage(http.server.BaseHTTPRequestHandler):
    """Has no page for any method."""

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def page_server():
    with http.server.HTTPServer(("127.0.0.1", 0), NoPage) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield "ws://127.0.0.1:%d" % server.server_port
        finally:
            server.shutdown()


@check("CHECK", SECTION, "no WebSocket server, and nobody at all")
def nothing_there(_):
    with page_server() as url:
        result = run("--check", url)
        expect("status", 1, result.status)
        expect("the end", b"no other check was run\n0 ok, 0 warn, 1 FAIL\n",
               result.output.partition(b"\n")[2])
    result = run("--check", url)
    expect("status, output", (3, b""), (result.status, result.output))


def silent(guest):
    with contextlib.suppress(OSError, AssertionError):
        guest.need(1 << 20)


@check("CHECK", SECTION, "--connect-timeout bounds each opening handshake")
def silence(_):
    with Rogue(silent, silent) as rogue:
        began = time.monotonic()
        result = run("--check", "--connect-timeout=1", rogue.url)
        taken = time.monotonic() - began
    expect("status", 1, result.status)
    expect_that(b": no answer in time\n" in result.output, "a FAIL",
                result.output)
    expect_that(taken < 4, "one second", taken)


@check("CHECK", "RFC 6125", "an unknown certificate is no fault of a server")
def unverified(_):
    with certificate() as file, Rogue(secured(file, silent)) as rogue:
        result = expect_run(4, b"", "--check", secure_url(rogue))
    expect_that("certificate verify failed" in result.errors, "why",
                result.errors)


def reset(guest):
    guest.need(1)
    guest.reset()


@check("CHECK", "FAULTS", "a TLS handshake {}", cases={
    "that stalls: 7": (silent, 7), "that is reset: 6": (reset, 6)})
def no_handshake(_, case):
    script, status = case
    with Rogue(script) as rogue:
        expect_run(status, b"", "--check", "--connect-timeout=1",
                   secure_url(rogue))
