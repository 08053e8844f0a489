# SPDX-License-Identifier: MIT
"""Group F: frames (RFC 6455 sections 5.1, 5.2, 5.5)."""

import os
import random
import struct
import threading
import time

from checks import Stopwatch, check, expect, expect_seconds, expect_that
from peer import (BINARY, CLOSE, CONTINUATION, NO_KEY, PING, PONG, TEXT,
                  Frame, close, frame, text)
from server import Usage

TOO_LONG = (16 << 20) + 1


def expect_failure(server, data, code, messages=(0, 0)):
    """The data fails a fresh connection; the service sees no more of it."""
    peer = server.open()
    peer.send(data)
    peer.expect_failure(code)
    end = server.expect_end(peer, code, "server")
    expect("messages in and out", messages, end.messages)


@check("F1", "RFC 6455 5.1", "unmasked {} is 1002", cases={
    "text": frame(TEXT, "hi", key=None),
    "empty text": frame(TEXT, "", key=None),
    "binary": frame(BINARY, "hi", key=None),
    "ping": frame(PING, "hi", key=None),
    "pong": frame(PONG, "", key=None),
    "Close": frame(CLOSE, b"\x03\xe8", key=None),
    "continuation": text("a", fin=False) + frame(CONTINUATION, "b", key=None),
    "text of 70000 bytes": frame(TEXT, "x" * 70000, key=None),
})
def unmasked(server, data):
    expect_failure(server, data, 1002)


@check("F1", "RFC 6455 5.1", "an unmasked header alone is 1002")
def unmasked_header(server):
    expect_failure(server, b"\x81\x05", 1002)


@check("F1", "RFC 6455 5.1", "messages before an unmasked one are echoed")
def good_before_bad(server):
    peer = server.open()
    peer.send(text("good") + frame(TEXT, "bad", key=None))
    peer.expect_message(TEXT, "good")
    peer.expect_failure(1002)
    expect("messages", (1, 1),
           server.expect_end(peer, 1002, "server").messages)


@check("F2", "RFC 6455 5.2", "RSV bits {} are 1002", cases={
    f"{rsv} in {name}": frame(opcode, b"\x03\xe8", rsv=rsv)
    for rsv in range(1, 8)
    for name, opcode in (("text", TEXT), ("ping", PING), ("Close", CLOSE))})
def reserved_bits(server, data):
    expect_failure(server, data, 1002)


@check("F2", "RFC 6455 5.2", "RSV1 in a continuation is 1002")
def reserved_bit_in_continuation(server):
    expect_failure(
        server, text("a", fin=False) + frame(CONTINUATION, "b", rsv=4), 1002)


@check("F2", "RFC 6455 5.2", "opcode {} is 1002", cases={
    str(opcode): opcode for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)})
def reserved_opcodes(server, opcode):
    expect_failure(server, frame(opcode), 1002)
    expect_failure(server, frame(opcode, "hello", fin=False), 1002)


@check("F3", "RFC 6455 5.2", "length {} is 1002", cases={
    f"{name} in {where}": start + frame(opcode, length=length, size=8)
    for name, length in (("2^63", 1 << 63), ("2^64-1", (1 << 64) - 1),
                         ("2^64-4", (1 << 64) - 4))
    for where, opcode, start in (
        ("text", TEXT, b""), ("ping", PING, b""),
        ("a continuation", CONTINUATION, text("a", fin=False)))})
def top_bit(server, data):
    expect_failure(server, data, 1002)


@check("F3", "RFC 6455 5.2", "length {} is 1002", cases={
    f"{length} in {size} bytes": frame(BINARY, b"x" * length, size=size)
    for size, lengths in ((2, (0, 1, 125)), (8, (0, 125, 126, 65535)))
    for length in lengths})
def not_minimal(server, data):
    expect_failure(server, data, 1002)


@check("F3", "RFC 6455 5.2", "length {} is echoed", cases={
    str(length): length for length in (
        0, 1, 124, 125, 126, 127, 128, 65535, 65536, 65537)})
def every_length(server, length):
    peer = server.open()
    payload = os.urandom(length)
    peer.send(frame(BINARY, payload))
    peer.expect_message(BINARY, payload)
    peer.leave()
    expect("bytes", (length, length),
           server.expect_end(peer, 1000, "client").bytes)


@check("F4", "RFC 6455 5.5", "{} is 1002", cases={
    **{f"{name} of {length} bytes": frame(opcode, b"\x03\xe8" * (length // 2))
       for name, opcode in (("ping", PING), ("pong", PONG), ("Close", CLOSE))
       for length in (126, 1000, 65536)},
    **{f"fragmented {name}": frame(opcode, b"\x03\xe8", fin=False)
       for name, opcode in (("ping", PING), ("pong", PONG),
                            ("Close", CLOSE))},
    "the header of a long ping": frame(PING, length=126),
    "ping with its length in 2 bytes": frame(PING, b"hello", size=2),
    "ping with its length in 8 bytes": frame(PING, b"hello", size=8),
    "ping of 2^63-1": frame(PING, length=(1 << 63) - 1, size=8),
})
def wrong_control(server, data):
    expect_failure(server, data, 1002)


@check("F4", "RFC 6455 5.5.2", "a ping of {} bytes gets its pong",
       cases={str(length): length for length in (0, 1, 124, 125)})
def good_ping(server, length):
    peer = server.open()
    payload = os.urandom(length)
    peer.send(frame(PING, payload))
    peer.expect_message(PONG, payload)
    peer.leave()


@check("F5", "RFC 6455 10.4", "announced {} is 1009 unread", cases={
    f"{name} in {where}": (opcode, length)
    for name, length in (("16 MiB + 1", TOO_LONG), ("2^32", 1 << 32),
                         ("2^63-1", (1 << 63) - 1))
    for where, opcode in (("text", TEXT), ("binary", BINARY))})
def too_long(server, case):
    opcode, length = case
    usage = Usage(server.pid)
    peer = server.open()
    peer.send(frame(opcode, length=length, size=8))
    peer.expect_close(1009)
    server.expect_memory_near(usage, 2048, "VmHWM")
    peer.send(close(1009))
    peer.expect_end()
    server.expect_end(peer, 1009, "server")


@check("F5", "RFC 6455 10.4", "{} bytes announced cost no memory", cases={
    "16 Mi": 16 << 20, "1 Mi": 1 << 20})
def announced_only(server, length):
    usage = Usage(server.pid)
    for _ in range(10):
        peer = server.open()
        peer.send(frame(BINARY, length=length, size=8) + b"x")
    time.sleep(0.1)
    server.expect_memory_near(usage, 2048)


@check("F5", "INTERFACE --max-message", "1000 bytes pass, 1001 are 1009",
       options=["--max-message=1000"])
def small_limit(server):
    server.open().echo("x" * 1000)
    expect_failure(server, text("x" * 1001), 1009)
    expect_failure(server, frame(TEXT, length=1001), 1009)


@check("F5", "INTERFACE --max-message", "1K is 1024 bytes",
       options=["--max-message=1K"])
def limit_with_unit(server):
    server.open().echo("x" * 1024)
    expect_failure(server, text("x" * 1025), 1009)


@check("F5", "INTERFACE --max-message", "16 MiB are echoed")
def longest(server):
    peer = server.open()
    payload = os.urandom(1 << 20) * 16
    sender = threading.Thread(
        target=peer.send, args=[frame(BINARY, payload)])
    sender.start()
    peer.expect_message(BINARY, payload)
    sender.join()
    peer.leave()


CONVERSATION = (
    text("hel", fin=False) + frame(PING, "p") +
    frame(CONTINUATION, "l\u00f6") + frame(BINARY, b"\0\xff" * 70) +
    frame(TEXT) + frame(PONG, "unasked") + frame(BINARY, key=NO_KEY) +
    close(3000, "bye"))


def expect_conversation(peer):
    peer.expect_message(PONG, "p")
    peer.expect_message(TEXT, "hell\u00f6")
    peer.expect_message(BINARY, b"\0\xff" * 70)
    peer.expect_message(TEXT, "")
    peer.expect_message(BINARY, b"")
    peer.expect_close(3000)
    peer.expect_end()
    peer.close()


@check("F6", "RFC 6455 5.2", "frames byte by byte are the same")
def dribbled(server):
    peer = server.open()
    peer.send_slowly(CONVERSATION, 0.0005)
    expect_conversation(peer)


@check("F6", "RFC 6455 5.2", "frames split in two anywhere are the same")
def split_in_two(server):
    for position in range(1, len(CONVERSATION)):
        peer = server.open()
        peer.send(CONVERSATION[:position])
        time.sleep(0.001)
        peer.send(CONVERSATION[position:])
        expect_conversation(peer)


@check("F6", "RFC 6455 5.2", "frames in chunks of {} are the same",
       cases={str(size): size for size in (2, 3, 5, 7, 100, 4096)})
def in_chunks(server, size):
    peer = server.open()
    for position in range(0, len(CONVERSATION), size):
        peer.send(CONVERSATION[position:position + size])
        time.sleep(0.0002)
    expect_conversation(peer)


@check("F6", "INTERFACE --ping-timeout", "a frame stalled {} is dropped",
       options=["--ping-interval=1", "--ping-timeout=1"], slow=True, cases={
           "in its header": 1, "before its key": 2, "in its key": 4,
           "before its payload": 6, "in its payload": 8})
def stalled(server, position):
    peer = server.open()
    peer.send(text("hello")[:position])
    with Stopwatch() as watch:
        received = peer.receive_frame()
        expect("frame", PING, received and received.opcode)
        peer.receive_rest()
    expect_seconds("until dropped", 1.9, 3.5, watch)
    server.expect_end(peer, 1006, "server")


def flood(peer, data):
    sender = threading.Thread(target=peer.send, args=[data], daemon=True)
    sender.start()
    return sender


@check("F7", "RFC 6455 5.5.3", "20000 pings are answered or coalesced")
def ping_flood(server):
    usage = Usage(server.pid)
    peer = server.open()
    pings = b"".join(frame(PING, struct.pack("!I", number))
                     for number in range(20000))
    flood(peer, pings)
    last, received = -1, None
    while last < 19999:
        received = peer.receive_frame()
        expect("frame", PONG, received and received.opcode)
        number = struct.unpack("!I", received.payload)[0]
        expect_that(number > last, f"a pong after {last}", number)
        last = number
    server.expect_memory_near(usage, name="VmHWM")
    peer.leave()


@check("F7", "RFC 6455 5.5.3", "100000 {} cost no memory", cases={
    "pongs": frame(PONG, "x" * 10, key=NO_KEY),
    "empty pongs": frame(PONG, key=NO_KEY),
})
def pong_flood(server, one):
    usage = Usage(server.pid)
    peer = server.open()
    peer.send(one * 100000)
    peer.echo()
    server.expect_memory_near(usage, name="VmHWM")
    peer.leave()


@check("F7", "RFC 6455 5.6", "20000 empty messages are echoed")
def empty_message_flood(server):
    usage = Usage(server.pid)
    peer = server.open()
    flood(peer, frame(TEXT, key=NO_KEY) * 20000 + close())
    for _ in range(20000):
        peer.expect_message(TEXT, "")
    peer.expect_close(1000)
    server.expect_memory_near(usage, name="VmHWM")


@check("F7", "RFC 6455 5.5.3", "pings of a peer that never reads are bounded",
       options=["--send-timeout=1"])
def pings_never_read(server):
    usage = Usage(server.pid)
    peer = server.connect(receive_buffer=4096).open()
    peer.stuff(frame(PING, "x" * 125) * 500)
    server.expect_memory_near(usage, name="VmHWM")
    server.expect_end(peer, 1006, "server", 5)


@check("F7", "RFC 6455 10", "random bytes fail or wait, never harm")
def garbage(server):
    dice = random.Random(6455)
    for _ in range(50):
        peer = server.open()
        peer.send(dice.randbytes(200))
        peer.finish()
        expect_only_frames(peer)


def expect_only_frames(peer):
    received = peer.receive_frame()
    while received is not None:
        expect_that(isinstance(received, Frame), "a frame", received)
        received = peer.receive_frame()
    peer.close()
