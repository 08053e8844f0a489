# SPDX-License-Identifier: MIT
"""Group G: crowds, and storms of signals."""

import os
import random
import signal
import socket
import time

from checks import Skip, Stopwatch, check, expect, expect_seconds
from peer import CLOSE, NO_KEY, frame, request, text
from server import Server, Usage, raise_descriptor_limit

THIRD = 1667
STUFFED = 30
GRACE = 5
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"  # and no more of it


def stuff(peer):
    """Sends until the server, whose echoes nobody reads, takes no more."""
    peer.socket.settimeout(0.05)
    data = text(b"x" * 60000, key=NO_KEY)
    try:
        while True:
            peer.send(data)
    except socket.timeout:
        pass


def make_deaf(server):
    """A third that never reads; some have the server block on them."""
    for number in range(THIRD):
        if number < STUFFED:
            stuff(server.connect(receive_buffer=4096).open())
        else:
            server.open().send(text("never read"))


def begin_handshakes(server):
    """A third that stops anywhere in a handshake, of TLS or HTTP."""
    for number in range(THIRD):
        peer = server.connect()
        if number % 3 == 0:
            continue
        if server.tls is None:
            peer.send(request()[:7 * number % 150])
        elif number % 3 == 1:
            peer.socket.sendall(HELLO)
        else:
            peer.send(request()[:-2])


@check("G1", "FAULTS G1", "TERM ends 5000 idle, deaf, not yet open in time",
       options=None, slow=True)
def term_with_five_thousand(_):
    if raise_descriptor_limit() < 3 * THIRD + 200:
        raise Skip("needs 5200 descriptors")
    with Server(f"--grace={GRACE}", "--max-pending=2000",
                "--handshake-timeout=300", "--send-timeout=300",
                "--ping-interval=0", "-q") as server:
        for _ in range(THIRD):
            server.open()
        make_deaf(server)
        begin_handshakes(server)
        slow = server.is_sanitized()
        with Stopwatch() as watch:
            expect("exit status", 0, server.terminate(GRACE + 20))
        if not slow:
            expect_seconds("until exit", 0, GRACE + 1, watch)


STORM = 100000
SIGNALS = (signal.SIGHUP, signal.SIGUSR1, signal.SIGURG)


@check("G3", "FAULTS G3", "100,000 signals at any moment are no deadlock",
       slow=True)
def storm_of_signals(server):
    """Of every kind that does not end it, at moments of every kind."""
    generator = random.Random(1)
    peer = server.open()
    for number in range(STORM):
        server.process.send_signal(generator.choice(SIGNALS))
        if number % 100 == 0:
            peer.echo(f"echo {number}")
            server.open().leave()
    peer.leave()


@check("G3", "FAULTS G3", "signals that come while it stops are no deadlock",
       options=None)
def signals_while_stopping(_):
    for number in range(10):
        with Server("--grace=5", "-q") as server:
            peers = [server.open() for _ in range(10)]
            server.process.send_signal(signal.SIGTERM)
            for _ in range(20):
                server.process.send_signal(SIGNALS[number % 3])
            for peer in peers:
                received = peer.receive_frame()
                expect("frame", (CLOSE, 1001),
                       (received.opcode, received.code))
                peer.send(frame(CLOSE, received.payload))
                peer.expect_end()
            expect("exit status", 0, server.wait())


QUEUE = 300


@check("G3", "FAULTS G3", "a queue that is there at TERM is not reset",
       options=None, over=("ws",))
def queue_at_the_end(_):
    with Server("--grace=20", "-q") as server:
        server.process.send_signal(signal.SIGSTOP)
        peers = [server.connect() for _ in range(QUEUE)]
        for peer in peers:
            peer.send(request())
        server.process.send_signal(signal.SIGTERM)
        server.process.send_signal(signal.SIGCONT)
        for peer in peers:
            peer.check_101()
            peer.expect_failure(1001)
        expect("exit status", 0, server.wait())


@check("G6", "FAULTS G6", "a storm of HUP leaks and drops nothing",
       options=["-q", f"--log={os.devnull}"])
def storm_of_hangups(server):
    peer = server.open()
    usage = Usage(server.pid)
    for number in range(2000):
        server.process.send_signal(signal.SIGHUP)
        if number % 20 == 0:
            peer.echo(f"echo {number}")
    time.sleep(0.1)
    peer.echo("still here")
    server.expect_back_at(usage)
    peer.leave()


@check("G7", "FAULTS G7", "HUP reopens what was reopened at the start",
       options=["-g", str(os.getgid())] if os.geteuid() else ["-g", "daemon"])
def hangup_without_privileges(server):
    peer = server.open()
    server.process.send_signal(signal.SIGHUP)
    server.wait_for("Log reopened")
    if server.tls is not None:
        server.wait_for("Certificate reloaded")
    peer.leave()
