# SPDX-License-Identifier: MIT
"""Group R: storms of connections, and clocks that jump."""

import re
import threading
import time

from checks import (Stopwatch, check, expect, expect_seconds, expect_that,
                    wait_until)
from group_r import opens_soon
from peer import Peer, request
from server import PATIENCE, Usage

DAY = 86400
EVER = (1 << 64) - 1
STORM_SECONDS = 2
STORM_THREADS = 4


def storm(server, end, errors):
    """Connects, and closes in one way or another, as fast as it goes."""
    number = 0
    while time.monotonic() < end:
        number += 1
        try:
            peer = Peer(server.address)
            if number % 2:
                peer.socket.sendall(request())
            if number % 3:
                peer.reset()
            else:
                peer.close()
        except OSError as error:
            errors.append(error)


@check("R4", "FAULTS R4", "a storm of connects and closes is over within 1 s",
       options=["-q"])
def storm_of_connections(server):
    usage = Usage(server.pid)
    errors = []
    end = time.monotonic() + STORM_SECONDS
    threads = [threading.Thread(target=storm, args=[server, end, errors])
               for _ in range(STORM_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect("errors", [], errors)
    with Stopwatch() as watch:
        opens_soon(server).echo()
    if not server.is_sanitized():
        expect_seconds("until served", 0, 1, watch)
    server.drop_peers()
    server.expect_back_at(usage)


def jump(server, seconds):
    """The clock of the wall is so much later, or earlier."""
    server.failing.forget()
    server.failing.let("realtime", 1, EVER, error=seconds % (1 << 64),
                       since=0)


def year_of_last_line(server):
    return int(server.log[-1][:4])


@check("R6", "FAULTS R6", "no timeout fires when the clock jumps {}",
       fails=True, options=["--ping-interval=20", "--ping-timeout=20",
                            "--handshake-timeout=30", "--send-timeout=30"],
       cases={"a year ahead": 366 * DAY, "a year back": -366 * DAY})
def clock_jumps(server, seconds):
    idle = server.open()
    opening = server.connect()
    opening.send(request()[:30])
    server.wait_for("Client connected")
    year = year_of_last_line(server)
    jump(server, seconds)
    server.open().leave()
    wait_until(lambda: year_of_last_line(server) != year, 2)
    expect("the year logged", year + (1 if seconds > 0 else -1),
           year_of_last_line(server))
    time.sleep(1.5)  # so that those who wait have woken up once
    expect("what came to who is idle", False, idle.is_readable())
    expect("what came to who is not open", False, opening.is_readable())
    idle.echo()
    opening.send(request()[30:])
    opening.check_101()
    opening.leave()


@check("R6", "FAULTS R6", "what times out does so when the clock has jumped {}",
       fails=True, options=["--handshake-timeout=1", "--ping-interval=1",
                            "--ping-timeout=1"],
       cases={"a year ahead": 366 * DAY, "a year back": -366 * DAY})
def timeouts_go_on(server, seconds):
    idle = server.open()
    jump(server, seconds)
    with Stopwatch() as watch:
        expect("status", 408, server.ask(request()[:30]).status)
    expect_seconds("taken", 0.9, PATIENCE, watch)
    end = server.end_of(idle, PATIENCE)
    expect_that(re.search("time", end.reason), "a timeout", end.reason)
