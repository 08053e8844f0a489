# SPDX-License-Identifier: MIT
"""What the client must survive when a connection is open (FAULTS.md, Client).
"""

import contextlib
import os
import pty
import subprocess
import threading

from checks import check, expect, expect_that
from peer import TEXT, frame
from program import WSCLIENT, environment, expect_run, finish, run, start
from rogue import Rogue, refuse_with, said, said_close

NASTY = "a\x1b[31m\x1b]52;c;eA==\x07\r\n\u009b1m\u202e\u2066\u200bz"
SHOWN = (r"a\x1b[31m\x1b]52;c;eA==\x07\x0d\x0a\xc2\x9b1m"
         r"\xe2\x80\xae\xe2\x81\xa6\xe2\x80\x8bz")


def expect_failure(code, data, *options):
    """The client says its Close, exits with 6, and showed what was good."""
    def serve(guest):
        guest.open()
        guest.send(said(TEXT, "good") + data)
        guest.expect_close(code)

    with Rogue(serve) as rogue:
        result = expect_run(6, b"good\n", "-w", "-1", rogue.url, *options)
    expect_that(result.errors.startswith("wsclient: Protocol error ("),
                "what is wrong", result.errors)


@check("K5", "RFC 6455 5.2, 5.4, 5.5", "{}: Close 1002", cases={
    "a masked frame": frame(TEXT, "x"),
    "RSV1": said(TEXT, "x", rsv=4), "RSV2": said(TEXT, "x", rsv=2),
    "RSV3": said(TEXT, "x", rsv=1),
    **{f"opcode {opcode}": said(opcode, "x")
       for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "length 2^63": said(TEXT, length=1 << 63, size=8),
    "length 2^64-1": said(TEXT, length=(1 << 64) - 1, size=8),
    "length 125 in 2 bytes": said(TEXT, "x" * 125, size=2),
    "length 65535 in 8 bytes": said(TEXT, "x" * 65535, size=8),
    "a ping of 126 bytes": said(9, "x" * 126),
    "a fragmented ping": said(9, "x", fin=False),
    "a continuation without start": said(0, "x"),
    "an empty continuation without start": said(0),
    "a message inside a message": said(TEXT, "x", fin=False) + said(TEXT, "y"),
    "a Close of 1 byte": said(8, b"\x03"),
    **{f"Close {code}": said_close(code)
       for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)},
})
def protocol_error(_, data):
    expect_failure(1002, data)


@check("K5", "RFC 6455 8.1", "{}: Close 1007", cases={
    "a surrogate": said(TEXT, b"\xed\xa0\x80"),
    "an overlong form": said(TEXT, b"\xc0\xaf"),
    "over 10FFFF": said(TEXT, b"\xf4\x90\x80\x80"),
    "a cut character": said(TEXT, b"\xe2\x82"),
    "a bad byte before the rest came":
        said(TEXT, b"\xff", fin=False),
    "a reason": said(8, b"\x03\xe8\xff")})
def invalid_text(_, data):
    expect_failure(1007, data)


@check("K5", "RFC 6455 7.4.1", "{}: Close 1009 before it came", cases={
    "a frame over the limit": said(TEXT, length=1025),
    "2^63-1 bytes": said(TEXT, length=(1 << 63) - 1, size=8),
    "fragments over the limit":
        said(TEXT, "x" * 1000, fin=False) + said(0, "x" * 25)})
def too_big(_, data):
    expect_failure(1009, data, "--max-message=1K")


@check("K5", "RFC 6455 5.4", "fragments of one byte, an empty one, pings")
def fragments(_):
    def serve(guest):
        guest.open()
        guest.send(said(TEXT, fin=False))
        for byte in "Gr\u00fc\u00dfe".encode() * 2000:
            guest.send(said(0, bytes([byte]), fin=False))
        guest.send(said(9, "p"), said(0), said_close())
        guest.expect_frame(10, b"p")

    with Rogue(serve) as rogue:
        expect_run(0, ("Gr\u00fc\u00dfe" * 2000).encode() + b"\n", "-w", "-1",
                   rogue.url)


@check("K5", "RFC 6455 5.5.2", "a flood of pings, none read: bounded")
def ping_flood(_):
    is_read = threading.Event()

    def serve(guest):
        guest.open()
        for _ in range(200):
            guest.send(said(9, "x" * 125) * 1000)
        guest.send(said(TEXT, "end"))
        is_read.wait(30)

    with Rogue(serve) as rogue:
        process = start("-w", "-1", rogue.url)
        process.stdin.close()
        line = process.stdout.readline()
        memory = peak_of(process.pid)
        is_read.set()
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    expect("the message behind the pings", b"end\n", line)
    expect_that(memory < 200 << 10, "at most 200 MiB", memory)


def peak_of(pid):
    """The most memory a process ever had, in KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


@check("K5", "RFC 6455 1.4", "after our Close: {}", cases={
    "a masked frame is told": (6, frame(TEXT, "x")),
    "a bad Close is told": (6, said_close(1005)),
    "the end is enough": (0, b""),
    "a Close without a code is enough": (0, said(8))})
def after_close(_, case):
    status, data = case

    def serve(guest):
        guest.open()
        guest.expect_close(1000)
        guest.send(data)

    with Rogue(serve) as rogue:
        expect_run(status, b"", rogue.url)


@check("K7", "FAULTS", "controls in a message: raw in a pipe")
def raw_message(_):
    def serve(guest):
        guest.open()
        guest.send(said(TEXT, NASTY), said_close())

    with Rogue(serve) as rogue:
        expect_run(0, NASTY.encode() + b"\n", "-w", "-1", rogue.url)


def on_terminal(serve, *options):
    """What is seen when stdout and stderr are a terminal."""
    master, slave = pty.openpty()
    with Rogue(serve) as rogue:
        process = start("-w", "-1", rogue.url, *options, stdout=slave,
                        TERM="xterm")
        process.stderr.close()
        os.close(slave)
        process.stdin.close()
        seen = read_all(master)
        process.wait(30)
    os.close(master)
    return seen.replace("\r\n", "\n")


def read_all(master):
    seen = b""
    with contextlib.suppress(OSError):
        while data := os.read(master, 65536):
            seen += data
    return seen.decode()


@check("K7", "FAULTS", "controls in a message: escaped on a terminal")
def escaped_message(_):
    def serve(guest):
        guest.open()
        guest.send(said(TEXT, NASTY), said_close())

    expect("the screen", SHOWN + "\n", on_terminal(serve))


@check("K7", "FAULTS", "controls in {}: raw in a pipe", cases={
    "a reason": lambda guest: guest.open().send(said_close(3000, NASTY)),
    "an error's body": refuse_with(
        b"HTTP/1.1 403 No\r\n\r\n" + NASTY.encode())})
def raw_errors(_, serve):
    with Rogue(serve) as rogue:
        result = run("-w", "-1", rogue.url)
    expect_that(NASTY in result.errors, NASTY, result.errors)


@check("K7", "FAULTS", "controls in {}: escaped on a terminal", cases={
    "a reason": (lambda guest: guest.open().send(said_close(3000, NASTY)),
                 SHOWN),
    "an error's body":
        (refuse_with(b"HTTP/1.1 403 No\r\n\r\n" + NASTY.encode()),
         SHOWN.replace(r"\x0d\x0a", "\n"))})
def escaped_errors(_, case):
    serve, shown = case
    master, slave = pty.openpty()
    with Rogue(serve) as rogue:
        process = start_with_errors_on(slave, rogue.url)
        os.close(slave)
        seen = read_all(master).replace("\r\n", "\n")
        expect("status", True, process.wait(30) in (1, 5))
    os.close(master)
    expect_that(shown in seen, shown, seen)


def start_with_errors_on(slave, url):
    return subprocess.Popen([WSCLIENT, "-w", "-1", url],
                            stdin=subprocess.DEVNULL, stderr=slave,
                            stdout=subprocess.DEVNULL, env=environment())


@check("K11", "FAULTS", "the end of input: Close with 1000")
def end_of_input(_):
    def serve(guest):
        guest.open()
        guest.leave()

    with Rogue(serve) as rogue:
        process = start(rogue.url)
        result = finish(process)
    expect("status", 0, result.status)
