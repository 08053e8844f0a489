# SPDX-License-Identifier: MIT
"""Group T: calls that fail at every moment of a connection's life."""

import errno
import itertools
import re
import ssl

from checks import (Skip, check, expect, expect_between, expect_that,
                    wait_until)
from failing import EVER
from peer import (ACCEPT, BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, close,
                  frame, request, text)
from server import Bystander, Server, Usage

RESPONSE = ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {ACCEPT}\r\n\r\n").encode()
NO_MEMORY = frame(CLOSE, b"\x03\xf3out of memory", key=None)
BIG = b"x" * 100000


def answer(opcode, payload):
    return frame(opcode, payload, key=None)


# What is said, and what must be answered before more is said.
LIFE = (
    (request(), RESPONSE),
    (text("small"), answer(TEXT, "small")),
    (frame(BINARY, BIG), answer(BINARY, BIG)),
    (text("a", fin=False) + frame(PING, "p"), answer(PONG, "p")),
    (frame(CONTINUATION, b"b" * 3000, fin=False) +
     frame(CONTINUATION, "c"), answer(TEXT, b"a" + b"b" * 3000 + b"c")),
    (close(), answer(CLOSE, b"\x03\xe8")),
)
LENGTHS = list(itertools.accumulate(len(each[1]) for each in LIFE))
ANSWERS = b"".join(each[1] for each in LIFE)


def live(peer):
    """Leads the life as far as it goes; returns whether it was cut off."""
    try:
        for (said, _), length in zip(LIFE, LENGTHS):
            peer.send(said)
            if not peer.need(length):
                return peer.stream.is_torn
        peer.need(length + 1)
        return peer.stream.is_torn
    except (ConnectionResetError, BrokenPipeError, ssl.SSLError):
        return True


def expect_whole(data, was_cut):
    """Some answers, then nothing, a Close or, instead of a 101, a page."""
    if was_cut and ANSWERS.startswith(data):
        return
    whole = max(length for length in [0] + LENGTHS
                if data.startswith(ANSWERS[:length]))
    rest = data[whole:]
    expect_that(rest in (b"", NO_MEMORY) or
                whole == 0 and re.match(rb"HTTP/1\.1 50[03] ", rest),
                "answers, then 1011 or the end", rest)


def expect_lines(server, peer, least):
    """One about the end; who has heard nothing need not be told of."""
    pattern = f"Client {re.escape(peer.name)} (disconnected|refused)"
    if least > 0:
        server.wait_for(pattern)
    expect_between("lines about the end", least, 1, len(server.find(pattern)))


def fresh_address():
    """Of its own for each peer: what is logged of one is limited."""
    for number in itertools.count(256):
        yield f"127.1.{number // 250}.{number % 250 + 1}"


ADDRESSES = fresh_address()


class Life:
    """A connection while calls of a function fail: which, and with what."""

    def __init__(self, server, function, error, first, last, room=0):
        usage = Usage(server.pid)
        rule = server.failing.let(function, first, last, error=error,
                                  room=room)
        self.peer = server.connect(source=next(ADDRESSES))
        self.was_cut = live(self.peer)
        self.calls = server.failing.calls(rule)
        self.peer.close()
        wait_until(lambda: Usage(server.pid).threads == usage.threads, 2)
        server.failing.forget()


def live_without_memory(server, first, last):
    """Returns how many calls to allocate there were."""
    life = Life(server, "allocate", errno.ENOMEM, first, last)
    expect_whole(life.peer.data, life.was_cut)
    expect_lines(server, life.peer, 1)
    return life.calls


def needs_allocations(server):
    if live_without_memory(server, EVER, EVER) == 0:
        raise Skip("the server's calls to allocate are not seen")


def at_each_call(live_with):
    """Lives once for each call, which must tell how many there were."""
    for call in itertools.count(1):
        try:
            calls = live_with(call)
        except AssertionError as failure:
            raise AssertionError(f"call {call}: {failure}") from None
        if calls < call:
            return


@check("T12", "FAULTS T12", "memory is short {} of a connection's life",
       options=["-v", "--max-clients-per-ip=2"], fails=True, cases={
           "at each call": lambda call: call,
           "from each call on": lambda call: EVER})
def short_memory(server, last):
    def live_and_free(call):
        calls = live_without_memory(server, call, last(call))
        wait_until(lambda: server.failing.blocks() <= blocks, 1)
        expect_between("blocks of memory", 0, blocks, server.failing.blocks())
        return calls

    needs_allocations(server)
    blocks = server.failing.blocks()
    at_each_call(live_and_free)


def first_life(call):
    """Then others are served as ever."""
    with Server(fails=True) as server:
        calls = live_without_memory(server, call, call)
        server.open().echo()
        Bystander(server).leave()
        server.drop_peers()
        server.stop()
    return calls


@check("T12", "FAULTS T12", "memory is short at each call of the first life",
       options=None)
def short_memory_at_first(_):
    with Server(fails=True) as server:
        needs_allocations(server)
    at_each_call(first_life)


@check("T4", "FAULTS T4", "{} at each call costs no byte", fails=True, cases={
    f"{name} of {function}": (function, getattr(errno, name))
    for function, name in (
        ("recv", "EINTR"), ("recv", "EAGAIN"), ("send", "EINTR"),
        ("sendmsg", "EINTR"))})
def interruption(server, case):
    def live_whole(call):
        life = Life(server, *case, call, call)
        expect("all that was heard", ANSWERS, life.peer.data)
        server.expect_end(life.peer, 1000, "client")
        return life.calls

    at_each_call(live_whole)


@check("T6", "FAULTS T6", "{} at each call ends that connection", fails=True,
       cases={f"{name} of {function}": (function, getattr(errno, name))
              for function, name in (
                  ("recv", "ECONNRESET"), ("recv", "ENOMEM"),
                  ("recv", "ETIMEDOUT"), ("send", "EPIPE"),
                  ("send", "ENOBUFS"), ("send", "EAGAIN"),
                  ("sendmsg", "EPIPE"), ("sendmsg", "ECONNRESET"),
                  ("sendmsg", "ENOMEM"))})
def failure(server, case):
    def live_until_then(call):
        life = Life(server, *case, call, call)
        expect_whole(life.peer.data, life.was_cut)
        expect_lines(server, life.peer, 1 if life.peer.data else 0)
        return life.calls

    at_each_call(live_until_then)


@check("T5", "FAULTS T5", "{} at most, at every call: the same", fails=True,
       cases={f"{function} of {room}": (function, room)
              for function in ("recv", "send", "sendmsg")
              for room in (1, 2, 3, 5, 7, 100, 4096)})
def short_calls(server, case):
    function, room = case
    life = Life(server, function, 0, 1, EVER, room)
    expect("all that was heard", ANSWERS, life.peer.data)
    server.expect_end(life.peer, 1000, "client")
