# SPDX-License-Identifier: MIT
"""How long the server's answer to our Close is waited for (FAULTS.md C3)."""

import contextlib
import signal
import threading
import time

from checks import Stopwatch, check, expect, expect_between, expect_that
from group_terminal import BANNER, PROMPT, SANE, Puppet
from group_tls import certificate, secure_url, secured
from peer import PING, TEXT
from program import finish, start
from rogue import Rogue, said

UNANSWERED = "the server did not answer the Close"
LONG = 20


def ticks(guest):
    while True:
        guest.send(said(TEXT, "tick"))
        time.sleep(0.5)


def drip(guest):
    guest.send(said(TEXT, length=1000)[:4])
    while True:
        guest.send(b"x")
        time.sleep(0.5)


def fragments(guest):
    guest.send(said(TEXT, "x", fin=False))
    while True:
        guest.send(said(0, "x", fin=False))
        time.sleep(0.5)


def pings(guest):
    flood = said(PING, "x") * 100000
    while True:
        guest.send(flood)


def going_on_with(send, after_close=lambda: None):
    """A script that does not answer the Close, and goes on sending."""
    def serve(guest):
        guest.open()
        guest.expect_frame(TEXT)
        guest.expect_close(1000)
        after_close()
        stop = threading.Timer(LONG, guest.socket.shutdown, [2])
        stop.start()
        with contextlib.suppress(OSError):
            send(guest)
        stop.cancel()

    return serve


@check("C3", "FAULTS", "{} after our Close: the end after 5 s", cases={
    "messages": ticks, "a message that drips": drip,
    "fragments without end": fragments, "a flood of pings": pings})
def goes_on(_, send):
    with Rogue(going_on_with(send)) as rogue, Stopwatch() as watch:
        result = finish(start("-x", "a", "-w", "0", rogue.url))
    expect("status", 0, result.status)
    expect_that(UNANSWERED in result.errors, UNANSWERED, result.errors)
    expect_between("seconds", 4, 10, watch.seconds)


@check("C3", "FAULTS", "{} over TLS after our Close: the end after 5 s",
       cases={"messages": ticks, "a message that drips": drip})
def goes_on_over_tls(_, send):
    with certificate() as file, \
            Rogue(secured(file, going_on_with(send))) as rogue, \
            Stopwatch() as watch:
        result = finish(start("-k", "-x", "a", "-w", "0", secure_url(rogue)))
    expect("status", 0, result.status)
    expect_that(UNANSWERED in result.errors, UNANSWERED, result.errors)
    expect_between("seconds", 4, 10, watch.seconds)


@check("C3", "FAULTS", "messages after quit: the end after 5 s")
def goes_on_after_quit(_):
    def serve(guest):
        guest.expect_close(1000)
        with contextlib.suppress(OSError):
            for _ in range(2 * LONG):
                guest.send(said(TEXT, "tick"))
                time.sleep(0.5)

    with Puppet() as (puppet, screen):
        screen.expect(BANNER, PROMPT)
        puppet.do(serve)
        with Stopwatch() as watch:
            screen.enter("quit")
            screen.expect_end("Received: tick", "wsclient: " + UNANSWERED,
                              "status 0", SANE)
    expect_between("seconds", 4, 10, watch.seconds)


@check("C3", "FAULTS", "{} while the answer is waited for: 130 at once",
       cases={"INT": signal.SIGINT, "TERM": signal.SIGTERM})
def interrupted_closing(_, number):
    processes = []

    def interrupt():
        processes[0].send_signal(number)

    with Rogue(going_on_with(ticks, interrupt)) as rogue, \
            Stopwatch() as watch:
        processes.append(start("-x", "a", "-w", "0", rogue.url))
        result = finish(processes[0])
    expect("status", 130, result.status)
    expect_that(watch.seconds < 4, "no waiting", watch.seconds)
