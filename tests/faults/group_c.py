# SPDX-License-Identifier: MIT
"""Group C: the closing handshake (RFC 6455 sections 5.5.1, 7)."""

import signal
import time

from checks import Stopwatch, check, expect, expect_seconds, expect_that
from group_f import expect_failure
from peer import CLOSE, PING, TEXT, close, frame, text
from server import Server

QUICK_GRACE = ["--grace=1"]


@check("C1", "RFC 6455 7.4", "code {} is 1002", cases={
    str(code): code for code in (
        0, 1, 125, 500, 998, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999,
        2000, 2999, 5000, 5999, 9999, 32768, 65535)})
def wrong_code(server, code):
    expect_failure(server, close(code), 1002)


@check("C1", "RFC 6455 5.5.1", "a body of 1 byte is 1002")
def one_byte(server):
    expect_failure(server, frame(CLOSE, b"\x03"), 1002)


@check("C1", "RFC 6455 5.5.1", "what follows a body of 1 byte is no part of it")
def one_byte_and_more(server):
    """1000, if it were."""
    expect_failure(server, frame(CLOSE, b"\x03") + b"\xe8", 1002)


@check("C1", "RFC 6455 5.5.1", "code {} is answered with itself", cases={
    str(code): code for code in (
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
        1014, 3000, 3999, 4000, 4999)})
def good_code(server, code):
    peer = server.open()
    peer.send(close(code, "so long"))
    peer.expect_close(code)
    peer.expect_end()
    expect("reason", "so long", server.expect_end(peer, code, "client").reason)


@check("C1", "RFC 6455 7.1.5", "an empty Close is answered and is 1005")
def empty_close(server):
    peer = server.open()
    peer.send(frame(CLOSE))
    peer.expect_close(None)
    peer.expect_end()
    end = server.expect_end(peer, 1005, "client")
    expect("reason", "", end.reason)


@check("C2", "RFC 6455 8.1", "a reason with {} is 1007", cases={
    "FF": b"\xff", "a surrogate": b"\xed\xa0\x80", "a cut": b"bye \xe2\x82",
    "an overlong": b"\xc0\xaf", "U+110000": b"\xf4\x90\x80\x80"})
def wrong_reason(server, reason):
    expect_failure(server, close(1000, reason), 1007)


@check("C2", "RFC 6455 5.5.1", "a reason of 123 bytes is good")
def longest_reason(server):
    peer = server.open()
    peer.send(close(1000, "\u00e9" * 61 + "x"))
    peer.expect_close(1000)
    peer.expect_end()
    server.expect_end(peer, 1000, "client")


@check("C3", "RFC 6455 7.1.1", "who never answers Close is dropped in time",
       options=QUICK_GRACE)
def never_answers(server):
    peer = server.open()
    with Stopwatch() as watch:
        peer.send(frame(3))
        peer.expect_close(1002)
        server.expect_end(peer, 1002, "server", 3)
    expect_seconds("until dropped", 0, 1.5, watch)


@check("C3", "RFC 6455 7.1.1", "who drips after our Close is dropped in time",
       options=QUICK_GRACE)
def drips_answer(server):
    peer = server.open()
    peer.send(frame(3))
    peer.expect_close(1002)
    with Stopwatch() as watch:
        drip(peer, text("x" * 100), 4)
    expect_seconds("until dropped", 0.5, 1.6, watch)


@check("C3", "RFC 6455 7.1.1", "who never answers a Close that came first is"
       " dropped in time", options=[*QUICK_GRACE, "--enable-faults"])
def never_answers_first(server):
    peer = server.open("/faults/close/1000")
    with Stopwatch() as watch:
        peer.expect_close(1000)
        peer.expect_end()
    expect_seconds("until dropped", 0.9, 2.6, watch)


def drip(peer, data, seconds):
    """Sends a byte each 50 ms until the server resets or time is up."""
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            peer.send_slowly(data[:1], 0.05)
    except OSError:
        pass


@check("C4", "RFC 6455 1.4", "data after Close is ignored")
def data_after_close(server):
    peer = server.open()
    peer.send(text("before") + close(1000) + text("after") +
              frame(PING, "after") + frame(3) + close(1001))
    peer.expect_message(TEXT, "before")
    peer.expect_close(1000)
    peer.expect_end()
    end = server.expect_end(peer, 1000, "client")
    expect("messages", (1, 1), end.messages)


@check("C4", "RFC 6455 5.5.1", "a failure and our Close get exactly one Close")
def failure_and_close(server):
    peer = server.open()
    peer.send(frame(3) + close(1000))
    peer.expect_close(1002)
    peer.expect_end()
    server.expect_end(peer, 1002, "server")


@check("C4", "RFC 6455 5.5.1", "only the first of two Closes is answered")
def two_closes(server):
    peer = server.open()
    peer.send(close(1001) + close(1000))
    peer.expect_close(1001)
    peer.expect_end()
    server.expect_end(peer, 1001, "client")


@check("C4", "RFC 6455 7.1.2", "both close at once: one Close each",
       options=None)
def both_close_at_once(_):
    with Server("--grace=5") as server:
        peers = [server.open() for _ in range(50)]
        for peer in peers[:25]:
            peer.send(close(1000))
        server.process.send_signal(signal.SIGTERM)
        for peer in peers[25:]:
            peer.send(close(1000))
        for peer in peers:
            received = peer.receive_frame()
            expect("opcode", CLOSE, received and received.opcode)
            expect_that(received.code in (1000, 1001), "1000 or 1001",
                        received.code)
            peer.expect_end()
        expect("exit status", 0, server.wait())


@check("C4", "RFC 6455 7.1.1", "the server ends TCP first")
def server_ends_first(server):
    peer = server.open()
    peer.send(close())
    peer.expect_close(1000)
    with Stopwatch() as watch:
        peer.expect_end()
    expect_seconds("until the end", 0, 0.5, watch)


@check("C5", "RFC 6455 7.1.7", "unread input does not reset our Close")
def unread_input(server):
    for _ in range(5):
        peer = server.open()
        peer.send(frame(3) + text("x" * 60000) * 20)
        peer.expect_close(1002)
        peer.send(close(1002))
        peer.expect_end()
        server.expect_end(peer, 1002, "server")


@check("C5", "RFC 6455 7.1.7", "input after 1009 does not reset our Close",
       options=["--max-message=1K"])
def unread_message(server):
    peer = server.open()
    peer.send(text("x" * 1000000))
    peer.expect_failure(1009)
    server.expect_end(peer, 1009, "server")


@check("C5", "DESIGN websocket", "a refusal is not reset by unread input")
def unread_after_refusal(server):
    peer = server.connect()
    peer.send(b"GET / HTTP/9.9\r\n\r\n" + b"x" * 100000)
    expect("status", 505, peer.receive_response().status)


@check("C5", "FAULTS C5", "who sends for ever after Close is dropped",
       options=QUICK_GRACE)
def sends_for_ever(server):
    peer = server.open()
    peer.send(frame(3))
    peer.expect_close(1002)
    with Stopwatch() as watch:
        pour(peer, 4)
    expect_seconds("until dropped", 0, 1.6, watch)
    server.expect_end(peer, 1002, "server")


def pour(peer, seconds):
    """Sends without a pause until the server resets or time is up."""
    end = time.monotonic() + seconds
    data = b"x" * 4096
    try:
        while time.monotonic() < end:
            peer.send(data)
            time.sleep(0.001)
    except OSError:
        pass
