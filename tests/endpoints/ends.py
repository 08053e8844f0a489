# SPDX-License-Identifier: MIT
"""Faults that end a connection, or do not end it."""
import signal
import time

from checks import Stopwatch, check, expect, expect_between
from peer import CLOSE, PING, close, frame, text
from server import Server

REASON = "a" * 123


@check("close", "7.4", "close/{} sends that code", cases={
    str(code): code for code in (
        0, 999, 1000, 1001, 1004, 1006, 1015, 2999, 3000, 4999, 5000, 65535)})
def closes_with_any_code(server, code):
    peer = server.open(f"/faults/close/{code}")
    received = peer.receive_frame()
    expect("the frame", (CLOSE, code.to_bytes(2, "big")),
           (received.opcode, received.payload))
    peer.send(close())
    peer.expect_end()
    server.expect_end(peer, code, "server")


@check("close", "5.5.1", "close/1005 sends an empty body")
def closes_without_a_code(server):
    peer = server.open("/faults/close/1005")
    peer.expect_close(None)
    peer.send(frame(CLOSE))
    peer.expect_end()
    server.expect_end(peer, 1005, "server")


@check("close", "5.5.1", "close with {}", cases={
    "a reason": ("1000/a%20b%2Fc/d", b"a b/c/d"),
    "123 bytes": ("3000/" + REASON, REASON.encode()),
    "no UTF-8": ("1000/%FF%fe", b"\xff\xfe")})
def closes_with_a_reason(server, case):
    path, reason = case
    peer = server.open("/faults/close/" + path)
    received = peer.receive_frame()
    expect("the reason", reason, received.payload[2:])
    peer.send(close())
    peer.expect_end()
    server.expect_end(peer, received.code, "server")


@check("close", "7.1", "?after=N counts echoes and nothing else")
def comes_after_echoes(server):
    peer = server.open("/faults/close/1001/now?after=2")
    peer.send(frame(PING, "?"))
    expect("the pong", b"?", peer.receive_frame().payload)
    peer.echo("one")
    peer.echo("two")
    peer.expect_failure(1001)
    end = server.expect_end(peer, 1001, "server")
    expect("messages and reason", ((2, 2), "now"), (end.messages, end.reason))


@check("reset", "7.1.1", "reset is a reset, behind the 101")
def resets(server):
    peer = server.open("/faults/reset?after=1")
    peer.echo()
    try:
        raise AssertionError(f"no reset but {peer.receive_rest()}")
    except ConnectionResetError:
        pass
    end = server.expect_end(peer, 1006, "server")
    expect("the reason", "fault reset", end.reason)


@check("eof", "7.1.1", "eof ends the stream without a Close")
def ends(server):
    peer = server.open("/faults/eof?after=1")
    peer.echo()
    peer.expect_end()
    server.expect_end(peer, 1006, "server")


@check("truncate", "5.2", "truncate ends the stream within a frame")
def truncates(server):
    peer = server.open("/faults/truncate?after=1")
    peer.echo()
    expect("the bytes", b"\x81\x10truncate", peer.receive_rest())
    expect("whether the end is torn", False, peer.stream.is_torn)
    peer.close()
    server.expect_end(peer, 1006, "server")


@check("no-pong", "5.5.2", "no-pong answers messages but no pings")
def answers_no_pings(server):
    peer = server.open("/faults/no-pong?after=1")
    peer.send(frame(PING, "a") + text("one"))
    expect("the pong", b"a", peer.receive_frame().payload)
    expect("the echo", b"one", peer.receive_frame().payload)
    peer.send(frame(PING, "b"))
    peer.echo("two")
    peer.leave()
    server.expect_end(peer, 1000, "client")


@check("no-close", "7.1.2", "no-close leaves a Close unanswered and TCP open",
       options=("--grace=1",))
def answers_no_close(server):
    peer = server.open("/faults/no-close")
    peer.send(frame(PING, "a") + text("one") + close(1001))
    expect("the pong", b"a", peer.receive_frame().payload)
    expect("the echo", b"one", peer.receive_frame().payload)
    time.sleep(1.5)
    expect("whether anything comes", False, peer.is_readable())
    peer.reset()


@check("no-close", "7.1.2", "a client's reset ends no-close at once")
def heeds_a_reset(server):
    peer = server.open("/faults/no-close")
    peer.send(text("one") + close(1001))
    expect("the echo", b"one", peer.receive_frame().payload)
    peer.reset()
    server.expect_end(peer, 1001, "client")


STUCK = {
    "close/1001": b"",
    "delay/60000": text("a"),
    "no-close": close(),
    "drip/1000": text("a" * 1000),
    "slow-read/0": b"",
    "slow-read/1": text("a" * 1000),
    "bad/length64": b"",
}


def expect_stuck(server):
    """Opens a connection that is in the midst of each of these."""
    peers = []
    for path, data in STUCK.items():
        peer = server.open("/faults/" + path)
        peer.send(data)
        peers.append(peer)
    return peers


@check("stop", "7.3", "a server in the midst of faults stops in time",
       options=None)
def stops_in_time(_):
    with Server("--enable-faults", "--grace=4") as server:
        peers = expect_stuck(server)
        late = server.connect()
        late.send(b"GET /faults/handshake/60000 HTTP/1.1\r\n"
                  b"Host: localhost\r\nUpgrade: websocket\r\n"
                  b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        late.check_101()
        late.expect_failure(1001)
        dripped = peers[list(STUCK).index("drip/1000")]
        dripped.expect_message(1, "a" * 1000)
        dripped.expect_failure(1001)
        for peer in peers:
            peer.close()
        with Stopwatch() as watch:
            expect("exit status", 0, server.wait(10))
        expect_between("seconds to the exit", 0, 3, watch.seconds)
        server.reader.join(5)
        for peer in peers:
            server.end_of(peer)


@check("stop", "7.3", "deaf clients do not hold a server in a fault",
       options=None)
def stops_though_clients_are_deaf(_):
    with Server("--enable-faults", "--grace=1") as server:
        for path in ("flood/1000000", "message/16M", "fragment/1"):
            peer = server.open("/faults/" + path)
            peer.send(text("a" * 60000))
        expect_stuck(server)
        time.sleep(0.5)
        with Stopwatch() as watch:
            expect("exit status", 0, server.terminate(10))
        expect_between("seconds to the exit", 0, 4, watch.seconds)
