# SPDX-License-Identifier: MIT
"""wsclient --echo as a peer: what comes goes back, compressed or not."""

import socket
import struct
import zlib

from checks import check, expect, expect_that
from peer import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, mask
from program import run
from rogue import Rogue, said, said_close

KIB, MIB = 1 << 10, 1 << 20
RSV1 = 4
TAIL = b"\0\0\xff\xff"
WORDS = "the quick brown fox jumps over the lazy dog \u00fc\u20ac\U0001f600 "


def text_of(size):
    """UTF-8 of so many bytes."""
    data = (WORDS * (size // len(WORDS.encode()) + 1)).encode()[:size]
    return data.decode("utf-8", "ignore").encode().ljust(size)


def echoing(serve, *options):
    """Runs the client against a script; it ends in order."""
    with Rogue(serve) as rogue:
        result = run("--echo", *options, rogue.url)
    expect("status", 0, result.status)


def expect_echo(guest, opcode, payload, pieces=None):
    guest.send(*(pieces or [said(opcode, payload)]))
    got = guest.receive_frame()
    expect("opcode", opcode, got[0])
    expect_that(got[1] == payload, f"{len(payload)} bytes back", got[1])


def end(guest, code=1000):
    guest.send(said_close(code))
    guest.expect_close(code)


def fragments(opcode, payload, size):
    """The frames of a message, each of so many bytes."""
    starts = range(0, len(payload), size)
    return [said(opcode if start == 0 else CONTINUATION,
                 payload[start:start + size],
                 fin=start + size >= len(payload)) for start in starts]


@check("ECHO", "RFC 6455 5.6", "messages of {} bytes", cases={
    str(size): size for size in (
        0, 1, 125, 126, 127, 128, 65535, 65536, 65537, 4 * MIB, 16 * MIB)})
def sizes(_, size):
    def serve(guest):
        guest.open()
        expect_echo(guest, BINARY, b"\xfe" * size)
        expect_echo(guest, TEXT, text_of(size))
        end(guest)

    echoing(serve)


@check("ECHO", "RFC 6455 5.4", "4 MiB in fragments of {} bytes", cases={
    str(size): size for size in (64, 256, 4 * KIB, 64 * KIB, MIB)})
def fragmented(_, size):
    def serve(guest):
        guest.open()
        for opcode in (TEXT, BINARY):
            payload = text_of(4 * MIB)
            expect_echo(guest, opcode, payload,
                        fragments(opcode, payload, size))
        end(guest)

    echoing(serve)


@check("ECHO", "RFC 6455 5.2", "a stream cut every {} bytes", cases={
    str(size): size for size in (1, 2, 3, 7, 997)})
def chopped(_, size):
    def serve(guest):
        guest.open()
        guest.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = b"".join(fragments(TEXT, text_of(1000), 300)) + said(PING, "p")
        for start in range(0, len(stream), size):
            guest.send(stream[start:start + size])
        guest.expect_frame(TEXT, text_of(1000))
        guest.expect_frame(PONG, b"p")
        end(guest)

    echoing(serve)


@check("ECHO", "RFC 6455 5.5", "pings and pongs between, before and behind")
def control_frames(_):
    def serve(guest):
        guest.open()
        guest.send(said(PONG, "unasked"), said(PING), said(PING, "x" * 125))
        guest.send(*[said(PING, str(number)) for number in range(10)])
        guest.expect_frame(PONG, b"")
        guest.expect_frame(PONG, b"x" * 125)
        for number in range(10):
            guest.expect_frame(PONG, str(number).encode())
        guest.send(said(TEXT, "a", fin=False), said(PING, "1"),
                   said(CONTINUATION, fin=False), said(PING, "2"),
                   said(CONTINUATION, "b"))
        guest.expect_frame(PONG, b"1")
        guest.expect_frame(PONG, b"2")
        guest.expect_frame(TEXT, b"ab")
        end(guest)

    echoing(serve)


@check("ECHO", "RFC 6455 7", "{} is answered, and the server ends TCP", cases={
    "a Close without a code": b"",
    **{f"Close {code}": struct.pack("!H", code) for code in (
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999,
        4000, 4999)},
    "a reason of 123 bytes": b"\x03\xe8" + b"x" * 123})
def closes(_, body):
    def serve(guest):
        guest.open()
        guest.send(said(CLOSE, body), said(TEXT, "behind it"), said(PING))
        guest.expect_frame(CLOSE, body[:2])
        guest.socket.settimeout(0.2)
        try:
            expect("before we ended", None, guest.socket.recv(100))
        except socket.timeout:
            pass

    with Rogue(serve) as rogue:
        run("--echo", rogue.url)


@check("ECHO", "RFC 6455 8.1", "bad text ends it before the frame is whole")
def bad_text(_):
    def serve(guest):
        guest.open()
        guest.send(said(TEXT, "\u00fc".encode() + b"\xed\xa0", length=1000))
        guest.expect_close(1007)

    with Rogue(serve) as rogue:
        expect("status", 6, run("--echo", rogue.url).status)


class Deflate:
    """Both directions as a server, as agreed on by an answer."""

    def __init__(self, answer):
        self.answer = answer
        self.ours = self.theirs = None

    def bits(self, name):
        for parameter in self.answer.split("; "):
            if parameter.startswith(name + "_max_window_bits="):
                return int(parameter.split("=")[1])
        return 15

    def message(self, opcode, payload):
        if self.ours is None or "server_no_context" in self.answer:
            self.ours = zlib.compressobj(wbits=-self.bits("server"))
        data = self.ours.compress(payload) + self.ours.flush(zlib.Z_SYNC_FLUSH)
        return said(opcode, data[:-len(TAIL)], rsv=RSV1)

    def receive(self, guest):
        """The opcode and payload of a message, compressed or not."""
        first = guest.take(1)[0]
        length = guest.take(1)[0] & 0x7f
        if length > 125:
            length = int.from_bytes(
                guest.take(2 if length == 126 else 8), "big")
        key = guest.take(4)
        payload = mask(guest.take(length), key)
        if not first & 0x40:
            return first & 15, payload
        if self.theirs is None or "client_no_context" in self.answer:
            self.theirs = zlib.decompressobj(-self.bits("client"))
        return first & 15, self.theirs.decompress(payload + TAIL)


@check("ECHO", "RFC 7692 7", "compressed with {!r}", cases={
    answer: answer for answer in ["permessage-deflate" + more for more in (
        "", "; server_no_context_takeover", "; client_no_context_takeover",
        "; client_max_window_bits=9", "; client_max_window_bits=15",
        "; server_max_window_bits=9", "; server_max_window_bits=15",
        "; server_no_context_takeover; client_no_context_takeover"
        "; server_max_window_bits=9; client_max_window_bits=9")]})
def compressed(_, answer):
    def serve(guest):
        deflate = Deflate(answer)
        guest.open(Sec_WebSocket_Extensions=answer)
        for size in (0, 16, 64, 256, KIB, 4 * KIB, 64 * KIB, 128 * KIB) * 4:
            for opcode in (TEXT, BINARY):
                payload = text_of(size)
                guest.send(deflate.message(opcode, payload))
                got = deflate.receive(guest)
                expect_that(got == (opcode, payload), f"{size} bytes", got)
        end(guest)

    echoing(serve)
