# SPDX-License-Identifier: MIT
"""What clients do while calls of the server fail, and what may become of it."""

import itertools
import re
import ssl

from checks import expect, expect_that
from deflate import (OFFER, DeflatePeer, compress, compressed, fragmented)
from peer import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Cut, Peer,
                  close, frame, request, text)

BIG = bytes(range(256)) * 800
JSON = "".join(f'{{"number":{number},"name":"none"}},' for number in range(80))
GONE = (Cut, ConnectionResetError, BrokenPipeError, ssl.SSLError)


def fresh_address():
    """Of its own for each peer: what is logged of one is limited."""
    for number in itertools.count(256):
        yield f"127.{2 + number // 62500}.{number // 250 % 250}." \
              f"{number % 250 + 1}"


ADDRESSES = fresh_address()


class Restoring(DeflatePeer):
    """Restores what the server compressed without having looked at its 101."""

    bits = 15
    forgets = False


class Outcome:
    """What a client heard: frames, and how it ended."""

    def __init__(self):
        self.frames = []
        self.status = None  # of a response
        self.code = None  # of a Close
        self.was_cut = False  # before its time

    def __repr__(self):
        frames = ", ".join(f"{opcode}:{len(payload)}"
                           for opcode, payload in self.frames)
        return (f"status {self.status}, frames [{frames}], "
                f"code {self.code}, cut {self.was_cut}")


class Talk:
    """A client that says each of its steps once it has heard the last."""

    kind = Peer
    status = 101
    code = 1000  # of the Close that ends it
    is_logged = True  # how it ended, even if nothing was wrong

    def __init__(self, name, steps, scheme="ws", options=(), head=None,
                 **changed):
        self.name = name
        self.scheme = scheme
        self.options = options
        self.head = head or request()
        self.steps = steps
        self.frames = [each for step in steps for each in step[1]]
        for attribute, value in changed.items():
            setattr(self, attribute, value)

    def hold(self, peer):
        """Talks as far as it goes."""
        outcome = Outcome()
        try:
            peer.send(self.head)
            outcome.status = peer.receive_head().status
            if outcome.status == 101:
                self.talk(peer, outcome)
            peer.receive_rest()
        except GONE:
            outcome.was_cut = True
        outcome.was_cut = outcome.was_cut or peer.stream.is_torn
        return outcome

    def talk(self, peer, outcome):
        for said, answers in self.steps:
            peer.send(said)
            for _ in answers:
                if not self.hear(peer, outcome):
                    return
        if self.code == 1000:
            peer.send(close())
        self.hear(peer, outcome)
        if outcome.code is not None and self.code != 1000:
            peer.send(close(outcome.code))

    def hear(self, peer, outcome):
        """Returns whether there may be more."""
        received = peer.receive_frame()
        if received is None:
            outcome.was_cut = True
            return False
        if received.opcode == CLOSE:
            outcome.code = received.code
            return False
        outcome.frames.append((received.opcode, received.payload))
        return True

    def expect_whole(self, outcome):
        expect("the outcome", (self.status, self.frames, False),
               (outcome.status, outcome.frames, outcome.was_cut))
        if self.status == 101:
            expect("code", self.code, outcome.code)

    def expect_part(self, outcome, codes):
        """All that was heard is right; then it may have ended at any time."""
        expect("frames", self.frames[:len(outcome.frames)], outcome.frames)
        expect_that(outcome.status in (None, self.status, 500, 503),
                    "no other status", outcome)
        expect_that(outcome.was_cut or outcome.status != 101 or
                    outcome.code in codes or self.is_whole(outcome),
                    "the end or a code that tells", outcome)

    def is_whole(self, outcome):
        return outcome.code == self.code and outcome.frames == self.frames

    def connect(self, server):
        return server.connect(self.kind, source=next(ADDRESSES))


def answered(*payloads):
    return [(TEXT, payload.encode()) for payload in payloads]


SMALL = [(text("hi there"), answered("hi there")),
         (text("a") + frame(PING, "p") + text("b"),
          [*answered("a"), (PONG, b"p"), *answered("b")])]
FRAGMENTS = [(text("a", fin=False) + frame(PING, "p"), [(PONG, b"p")]),
             (frame(CONTINUATION, b"b" * 3000, fin=False) +
              frame(CONTINUATION, "", fin=False) + frame(CONTINUATION, "c"),
              answered("a" + "b" * 3000 + "c"))]
LARGE = [(frame(BINARY, BIG), [(BINARY, BIG)]),
         (text("small"), answered("small"))]
PACKED = [(compressed(compress(JSON)), answered(JSON)),
          (fragmented(compress(JSON), 50), answered(JSON)),
          (text("plain"), answered("plain")),
          (compressed(compress(BIG), BINARY), [(BINARY, BIG)])]
PACKED_HEAD = request(more=[("Sec-WebSocket-Extensions", OFFER)])
FOREIGN = request(Origin="http://elsewhere")
PAGE = request("/raw", Upgrade=None, Connection=None)
CONSOLE = request("/", Upgrade=None, Connection=None)
METRICS = request("/metrics", Upgrade=None, Connection=None)

# No line is logged of a host beyond its second connection.
LIMITED = ["--max-clients-per-ip=2"]

TALKS = [
    Talk(f"{name}, {scheme}", steps, scheme, **rest)
    for scheme in ("ws", "wss")
    for name, steps, rest in (
        ("echo", SMALL, {"options": LIMITED}),
        ("fragments", FRAGMENTS, {"options": ["-v"]}),
        ("large messages", LARGE, {}),
        ("compression", PACKED, {"kind": Restoring, "head": PACKED_HEAD}),
        ("a failure", [SMALL[0], (frame(3), [])], {"code": 1002}),
        ("a refusal", [], {"options": ["--origin=http://here"],
                           "head": FOREIGN, "status": 403}),
        ("a page", [], {"head": PAGE, "status": 426}),
        ("the console", [], {"head": CONSOLE, "status": 200,
                             "is_logged": False}),
        ("the metrics", [], {"head": METRICS, "status": 200,
                             "is_logged": False}))]


def lines_about(server, peer):
    return server.find(
        f"Client {re.escape(peer.name)} (disconnected|refused) ")
