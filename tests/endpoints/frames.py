# SPDX-License-Identifier: MIT
"""Faults of frames: broken, many, large, in pieces."""
from checks import Stopwatch, check, expect, expect_between
from deflate import DeflatePeer
from peer import (BINARY, CONTINUATION, PING, PONG, TEXT, close, frame, text)

BAD = {
    "utf8": b"\x81\x02\xc3\x28",
    "rsv": b"\xa1\x02hi",
    "opcode": b"\x83\x02hi",
    "mask": b"\x81\x82\x01\x02\x03\x04ik",
    "length": b"\x81\x7e\x00\x02hi",
    "length64": b"\x82\x7f\x80\0\0\0\0\0\0\x02hi",
    "close": b"\x88\x01\x03",
    "continuation": b"\x80\x02hi",
}


def take(peer, count):
    if not peer.need(count):
        raise AssertionError(f"the stream ends after {peer.data}")
    return peer.take(count)


@check("bad", "5.2", "bad/{} is that frame, and the client's code is logged",
       cases={name: name for name in BAD})
def sends_a_bad_frame(server, name):
    peer = server.open(f"/faults/bad/{name}?after=1")
    peer.echo()
    expect("the frame", BAD[name], take(peer, len(BAD[name])))
    peer.send(text("not echoed") + close(1002, "bad"))
    if name != "close":
        peer.expect_close(1002)
    peer.expect_end()
    end = server.expect_end(peer, 1002, "client")
    expect("reason and messages", ("bad", (2, 1)), (end.reason, end.messages))


@check("bad", "7.1.7", "a client that does not mind is left after 5 s")
def waits_for_the_close(server):
    peer = server.open("/faults/bad/utf8")
    with Stopwatch() as watch:
        take(peer, len(BAD["utf8"]))
        for _ in range(3):
            peer.send(text("still here"))
        peer.socket.settimeout(20)
        peer.expect_end()
    expect_between("seconds", 4.9, 15, watch.seconds)
    end = server.expect_end(peer, 1006, "server")
    expect("the reason", "no Close came within 5 s", end.reason)


@check("fragment", "5.4", "fragment/N cuts replies, characters too",
       cases={"text": (TEXT, text), "binary": (
           BINARY, lambda payload: frame(BINARY, payload))})
def cuts_replies(server, case):
    opcode, send = case
    peer = server.open("/faults/fragment/2?after=1")
    peer.echo()
    peer.send(send("a\u00e9b"))
    for wanted in ((False, opcode, b"a\xc3"), (True, PING, b""),
                   (True, CONTINUATION, b"\xa9b")):
        got = peer.receive_frame()
        expect("the frame", wanted, (got.fin, got.opcode, got.payload))
    peer.echo("ab")
    peer.leave()
    end = server.expect_end(peer, 1000, "client")
    expect("messages, bytes", ((3, 3), (14, 14)), (end.messages, end.bytes))


@check("fragment", "5.4", "fragment/1 of a long message comes whole")
def cuts_a_long_reply(server):
    payload = bytes(i % 251 for i in range(20000))
    peer = server.open("/faults/fragment/1")
    peer.send(frame(BINARY, payload))
    received = b""
    while len(received) < len(payload):
        got = peer.receive_frame()
        received += got.payload
    expect("the payload", payload, received)
    expect("the last fragment", (True, CONTINUATION), (got.fin, got.opcode))
    peer.leave()


@check("flood", "5.6", "flood/N sends N numbers, and then echoes")
def floods(server):
    peer = server.open("/faults/flood/20000?after=1")
    peer.echo()
    for number in range(1, 20001):
        peer.expect_message(TEXT, str(number))
    peer.echo("again")
    peer.leave()
    end = server.expect_end(peer, 1000, "client")
    expect("messages", (2, 20002), end.messages)


@check("message", "5.6", "message/{} sends so many zeros",
       cases={"0": 0, "125": 125, "1M": 1 << 20, "16M": 16 << 20})
def sends_zeros(server, size):
    path = f"{size >> 20}M" if size >= 1 << 20 else str(size)
    peer = server.open(f"/faults/message/{path}")
    got = peer.receive_frame()
    expect("opcode and length", (BINARY, size),
           (got.opcode, len(got.payload)))
    expect("bytes that are no zeros", 0, len(got.payload.strip(b"\0")))
    peer.echo()
    peer.leave()
    end = server.expect_end(peer, 1000, "client")
    expect("bytes", (8, size + 8), end.bytes)


@check("message", "RFC 7692", "message is compressed if that was agreed on")
def sends_compressed_zeros(server):
    peer = server.connect(DeflatePeer).open(target="/faults/message/1M")
    got = peer.receive_frame()
    expect("RSV1", True, got.rsv1)
    expect("the message", bytes(1 << 20), got.payload)
    peer.leave()


@check("replies", "5.5.2", "pings are answered in {}", cases={
    path: path for path in ("fragment/1", "drip/0", "flood/1", "message/1",
                            "slow-read/1000000", "delay/0", "no-close")})
def answers_pings(server, path):
    peer = server.open(f"/faults/{path}")
    peer.send(frame(PING, "still there?"))
    got = peer.receive_frame()
    while got.opcode != PONG:
        got = peer.receive_frame()
    expect("the pong", b"still there?", got.payload)
