# SPDX-License-Identifier: MIT
"""Faults of time: late, slow."""
import socket
import time

from checks import Stopwatch, check, expect, expect_between, expect_that
from peer import BINARY, PING, TEXT, close, frame, request, text

LONG = 60.0  # nothing here is waited for so long on the slowest machine


@check("delay", "5.6", "delay/MS counts from each message; pongs at once")
def replies_late(server):
    peer = server.open("/faults/delay/2000?after=1")
    with Stopwatch() as watch:
        peer.echo()
    expect_between("seconds before it is time", 0, 1.9, watch.seconds)
    with Stopwatch() as watch:
        peer.send(text("one"))
        time.sleep(0.3)
        peer.send(text("two") + frame(PING, "?"))
        expect("the first frame", b"?", peer.receive_frame().payload)
        peer.expect_message(TEXT, "one")
        first = time.monotonic() - watch.start
        peer.expect_message(TEXT, "two")
    expect_between("seconds to the first reply", 1.99, LONG, first)
    expect_between("seconds to both", 2.29, LONG, watch.seconds)
    peer.leave()


@check("delay", "5.6", "replies that wait do not wait for each other")
def replies_together(server):
    peer = server.open("/faults/delay/500")
    with Stopwatch() as watch:
        for number in range(50):
            peer.send(text(str(number)))
        for number in range(50):
            peer.expect_message(TEXT, str(number))
    expect_between("seconds", 0.49, 15, watch.seconds)
    peer.leave()


@check("delay", "5.6", "what waits is bounded, and all of it comes",
       options=("--max-message=64K", "--no-deflate"))
def holds_little(server):
    peer = server.open("/faults/delay/300")
    payload = b"x" * 65536
    for _ in range(6):
        peer.send(frame(BINARY, payload))
    for _ in range(6):
        peer.expect_message(BINARY, payload)
    peer.leave()


@check("delay", "5.5.2", "a silent client is pinged while a reply waits",
       options=("--ping-interval=1.2",))
def pings_while_it_waits(server):
    peer = server.open("/faults/delay/4000")
    peer.send(text("one"))
    expect("the first frame", PING, peer.receive_frame().opcode)


@check("delay", "5.5.2", "a dead client is dropped while a reply waits",
       options=("--ping-interval=1", "--ping-timeout=0.5"))
def drops_while_it_waits(server):
    peer = server.open("/faults/delay/60000")
    peer.send(text("one"))
    expect("the first frame", PING, peer.receive_frame().opcode)
    expect("what comes then", b"", peer.receive_rest())
    end = server.expect_end(peer, 1006, "server")
    expect("the reason", "ping timeout", end.reason)


@check("handshake", "4.2.2", "handshake/MS is that late")
def opens_late(server):
    peer = server.connect()
    with Stopwatch() as watch:
        peer.send(request("/faults/handshake/700"))
        peer.check_101()
    expect_between("seconds", 0.69, LONG, watch.seconds)
    peer.echo()
    peer.leave()


@check("handshake", "4.2.2", "a client that goes meanwhile is let go")
def lets_go(server):
    peer = server.connect()
    peer.send(request("/faults/handshake/60000"))
    time.sleep(0.3)
    peer.reset()


@check("drip", "5.2", "drip/MS sends bytes one at a time")
def drips(server):
    peer = server.open("/faults/drip/100?after=1")
    peer.echo("first")
    peer.send(text("0123456789"))
    pieces = []
    with Stopwatch() as watch:
        while sum(map(len, pieces)) < 12:
            peer.receive()
            pieces.append(peer.take(len(peer.data)))
    expect("the frame", b"\x81\x0a0123456789", b"".join(pieces))
    expect_that(len(pieces) > 3, "many pieces", pieces)
    expect_between("seconds", 1.09, LONG, watch.seconds)
    peer.leave()
    end = server.expect_end(peer, 1000, "client")
    expect("messages", (2, 2), end.messages)


@check("slow-read", "5.6", "slow-read/BPS reads no faster",
       options=("--no-deflate",))
def reads_slowly(server):
    peer = server.open("/faults/slow-read/1000?after=1")
    peer.echo()
    with Stopwatch() as watch:
        peer.send(text("a" * 700))
        peer.expect_message(TEXT, "a" * 700)
    expect_between("seconds", 0.55, LONG, watch.seconds)
    peer.leave()


@check("slow-read", "5.6", "slow-read/0 reads nothing any more")
def reads_nothing(server):
    peer = server.open("/faults/slow-read/0?after=1")
    peer.echo()
    taken = peer.stuff(frame(BINARY, b"x" * 60000))
    expect_between("bytes taken", 1, 1 << 27, taken)
    peer.socket.settimeout(0.5)
    try:
        raise AssertionError(f"got {peer.stream.receive()}")
    except socket.timeout:
        pass
    peer.reset()
    server.expect_end(peer, 1006, "nobody")


@check("slow-read", "7.1.1", "slow-read of a Close closes")
def closes_slowly(server):
    peer = server.open("/faults/slow-read/100")
    peer.send(close(1001))
    peer.expect_close(1001)
    peer.expect_end()
    server.expect_end(peer, 1001, "client")
