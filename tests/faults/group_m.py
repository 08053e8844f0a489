# SPDX-License-Identifier: MIT
"""Group M: messages (RFC 6455 sections 5.4, 5.6, 8.1)."""

import time

from checks import check, expect
from group_f import expect_failure, flood
from peer import (BINARY, CONTINUATION, NO_KEY, PING, PONG, TEXT, close,
                  frame, mask, text, MASKING_KEY)
from server import Usage


def fragment(payload=b"", fin=False, **rest):
    return frame(CONTINUATION, payload, fin=fin, **rest)


@check("M1", "RFC 6455 5.4", "{} is 1002", cases={
    "a continuation without start": fragment("a"),
    "a last continuation without start": fragment("a", fin=True),
    "an empty continuation without start": fragment(fin=True),
    "text inside a message": text("a", fin=False) + text("b"),
    "binary inside a message": text("a", fin=False) + frame(BINARY, "b"),
    "first text inside a message":
        text("a", fin=False) + text("b", fin=False),
    "text inside a binary message":
        frame(BINARY, "a", fin=False) + fragment("b") + text("c"),
    "empty text inside an empty message": text("", fin=False) + text(""),
})
def wrong_sequence(server, data):
    expect_failure(server, data, 1002)


@check("M1", "RFC 6455 5.4", "a continuation after the last one is 1002")
def continuation_after_last(server):
    peer = server.open()
    peer.send(text("a", fin=False) + fragment("b", fin=True) +
              fragment("c", fin=True))
    peer.expect_message(TEXT, "ab")
    peer.expect_failure(1002)
    server.expect_end(peer, 1002, "server")


@check("M1", "RFC 6455 5.4", "control frames stand between fragments")
def control_between(server):
    peer = server.open()
    peer.send(text("a", fin=False) + frame(PING, "1") + fragment("b") +
              frame(PONG) + frame(PING, "2") + fragment("", fin=True))
    peer.expect_message(PONG, "1")
    peer.expect_message(PONG, "2")
    peer.expect_message(TEXT, "ab")
    peer.leave()


@check("M1", "RFC 6455 5.4", "a Close stands between fragments")
def close_between(server):
    peer = server.open()
    peer.send(text("a", fin=False) + close(1001))
    peer.expect_close(1001)
    peer.expect_end()
    expect("messages", (0, 0),
           server.expect_end(peer, 1001, "client").messages)


@check("M2", "RFC 6455 5.4", "a million fragments of {} cost no memory",
       cases={"0 bytes": b"", "1 byte": b"x"})
def million_fragments(server, payload):
    usage = Usage(server.pid)
    peer = server.open()
    one = fragment(payload, key=NO_KEY) * 1000
    peer.send(text(payload, fin=False))
    for _ in range(1000):
        peer.send(one)
    peer.send(frame(PING))
    peer.expect_message(PONG, "")
    margin = 4096 + 2 * len(payload) * 1000
    server.expect_memory_near(usage, margin, "VmHWM")
    peer.send(fragment(fin=True))
    peer.expect_message(TEXT, payload * 1000001)
    peer.leave()


@check("M3", "RFC 6455 10.4", "fragments of 1000 bytes in all are echoed",
       options=["--max-message=1000"])
def sum_at_limit(server):
    peer = server.open()
    peer.send(text("x" * 600, fin=False) + fragment("x" * 400) +
              fragment(fin=True))
    peer.expect_message(TEXT, "x" * 1000)
    peer.leave()


@check("M3", "RFC 6455 10.4", "the header of {} over the limit is 1009",
       options=["--max-message=1000"], cases={
           "a fragment 1 byte": (600, 401),
           "a fragment 1 byte at the limit": (1000, 1),
           "a fragment 2^16": (1, 1 << 16),
           "a fragment 2^32": (1, 1 << 32),
           "a fragment 2^63-1": (1000, (1 << 63) - 1),
           "a first fragment 1 byte": (0, 1001),
       })
def sum_over_limit(server, case):
    first, second = case
    data = fragment(length=second)
    if first > 0:
        data = text("x" * first, fin=False) + data
    else:
        data = frame(TEXT, length=second, fin=False)
    expect_failure(server, data, 1009)


@check("M3", "RFC 6455 10.4", "a sum over 2^64 is 1002 or 1009, never echoed",
       options=["--max-message=1000"])
def sum_wraps_around(server):
    expect_failure(server, text("x" * 10, fin=False) +
                   fragment(length=(1 << 64) - 4, size=8), 1002)


@check("M3", "RFC 6455 10.4", "the limit counts each message anew",
       options=["--max-message=1000"])
def limit_per_message(server):
    peer = server.open()
    for _ in range(5):
        peer.send(text("x" * 500, fin=False) + fragment("x" * 500, fin=True))
        peer.expect_message(TEXT, "x" * 1000)
    peer.leave()


BAD_UTF8 = {
    "a surrogate": b"\xed\xa0",
    "the last surrogate": b"\xed\xbf",
    "an overlong slash": b"\xc0",
    "an overlong C1": b"\xc1",
    "an overlong of 3": b"\xe0\x9f",
    "an overlong of 4": b"\xf0\x8f",
    "U+110000": b"\xf4\x90",
    "F5": b"\xf5",
    "FE": b"\xfe",
    "FF": b"\xff",
    "a lone continuation": b"\x80",
    "a lone BF": b"\xbf",
    "a letter in a sequence of 2": b"\xc3a",
    "a letter in a sequence of 3": b"\xe2\x82a",
    "a letter in a sequence of 4": b"\xf0\x9f\x98a",
    "a start in a sequence": b"\xe2\x82\xe2",
    "a fifth byte": b"\xf0\x9f\x98\x80\x80",
}


@check("M4", "RFC 6455 8.1", "{} is 1007 at the first bad byte",
       cases=BAD_UTF8)
def bad_utf8(server, payload):
    for before in (b"", b"good \xc3\xa9 text "):
        data = mask(before + payload, MASKING_KEY)
        header = frame(TEXT, length=1000)
        expect_failure(server, header + data, 1007)


@check("M4", "RFC 6455 8.1", "{} cut into single bytes is 1007",
       cases=BAD_UTF8)
def bad_utf8_dribbled(server, payload):
    peer = server.open()
    peer.send(text("x", fin=False))
    for position in range(len(payload)):
        peer.send(fragment(payload[position:position + 1]))
        time.sleep(0.001)
    peer.expect_failure(1007)
    server.expect_end(peer, 1007, "server")


@check("M4", "RFC 6455 8.1", "bytes before the bad one are waited for")
def not_before_the_bad_byte(server):
    peer = server.open()
    peer.send(text(b"\xf0\x9f\x98", fin=False) + frame(PING, "p"))
    peer.expect_message(PONG, "p")
    peer.send(fragment(b"\x80", fin=True))
    peer.expect_message(TEXT, "\U0001f600")
    peer.leave()


@check("M4", "RFC 6455 8.1", "text cut {} is 1007", cases={
    f"{where} {cut.hex()}": data
    for cut in (b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98")
    for where, data in (
        ("at the end in", text(b"x" + cut)),
        ("in the last fragment in",
         text("a", fin=False) + fragment(cut, fin=True)),
        ("before an empty last fragment in",
         text(cut, fin=False) + fragment(fin=True)))})
def cut_text(server, data):
    expect_failure(server, data, 1007)


@check("M4", "RFC 6455 8.1", "{} is echoed", cases={
    "NUL": "\0", "U+7F": "\x7f", "U+80": "\x80", "U+7FF": "\u07ff",
    "U+800": "\u0800", "U+D7FF": "\ud7ff", "U+E000": "\ue000",
    "U+FEFF": "\ufeff", "U+FFFE": "\ufffe", "U+FFFF": "\uffff",
    "U+10000": "\U00010000", "U+10FFFF": "\U0010ffff",
})
def good_utf8(server, payload):
    peer = server.open()
    peer.echo("a" + payload + "b")
    code = payload.encode()
    for cut in range(len(code) + 1):
        peer.send(text(code[:cut], fin=False) + frame(PING, "p") +
                  fragment(code[cut:], fin=True))
        peer.expect_message(PONG, "p")
        peer.expect_message(TEXT, payload)
    peer.leave()


@check("M4", "RFC 6455 5.6", "binary of every byte is echoed")
def binary(server):
    peer = server.open()
    payload = bytes(range(256)) * 3
    peer.send(frame(BINARY, payload[:300], fin=False) +
              fragment(payload[300:], fin=True))
    peer.expect_message(BINARY, payload)
    peer.leave()


@check("M4", "RFC 6455 8.1", "the next message starts its UTF-8 anew")
def state_is_reset(server):
    peer = server.open()
    peer.send(frame(BINARY, b"\xf0\x9f") + text("ok"))
    peer.expect_message(BINARY, b"\xf0\x9f")
    peer.expect_message(TEXT, "ok")
    peer.leave()


@check("M4", "RFC 6455 5.4", "echo of 4 MiB in fragments of 64 bytes")
def large_fragmented(server):
    peer = server.open()
    payload = bytes(range(64))
    one = fragment(payload, key=NO_KEY)
    sender = flood(peer, frame(BINARY, payload, fin=False) +
                   one * 65534 + fragment(payload, fin=True))
    peer.expect_message(BINARY, payload * 65536)
    sender.join()
    peer.leave()
