# SPDX-License-Identifier: MIT
"""Each reply is checked: what is right, and what is not."""

import itertools
import socketserver
import ssl
import threading
import time

import certificates
from bench import SECTION, expect_counts, expect_sums, run, run_json, \
    serving, trust, url_of
from checks import check, expect, expect_between, expect_that
from peer import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT
from rogue import Guest, Rogue, said, said_close


def echoing(count, reply, first=None):
    """A guest's script: count messages, each answered as reply says."""

    def serve(guest):
        guest.open()
        for number in range(count):
            opcode, payload = guest.receive_frame()
            answer = first if number == 0 and first else reply
            guest.send(answer(opcode, payload))
        guest.leave()

    return serve


def verbatim(opcode, payload):
    return said(opcode, payload)


def bench_rogue(status, script, *arguments):
    with Rogue(script) as rogue:
        return run_json(status, "-c1", *arguments, rogue.url)


LOADS = {
    "one by one": ("-c1", "-n50"),
    "16 connections": ("-n1000",),
    "many in flight": ("-c3", "-m200", "-n5000"),
    "UTF-8": ("--type=utf8", "-n200", "-s333"),
    "binary": ("--type=binary", "-n200", "-s125"),
    "empty messages": ("-s0", "-n100", "-m4"),
    "64 KiB": ("-s64K", "-n40", "-c4", "-m3", "--type=binary"),
    "3 MiB": ("-s3M", "-n6", "-c2", "-m2", "--type=utf8"),
    "compressed": ("--deflate", "-n500", "-s1000", "-m3"),
    "compressed, large": ("--deflate", "-n8", "-s1M", "-c2", "--type=utf8"),
}


@check("B1", SECTION, "every reply of wsserver is right: {}", cases=LOADS)
def right_replies(_, load):
    for scheme in ("ws", "wss"):
        with serving(scheme=scheme) as server:
            more = (trust(),) if scheme == "wss" else ()
            result = run_json(0, *load, *more, url_of(server))
        count = int(next(text[2:] for text in load if text.startswith("-n")))
        expect_counts(result, count)
        expect_sums(result)
        expect("prefix", "", result["prefix"])


@check("B2", SECTION, "a prefix is learned: {}", cases={
    "small": ("-n300", "-m7"), "UTF-8": ("-n100", "--type=utf8", "-s99"),
    "large": ("-n20", "-s100K"), "compressed": ("-n50", "--deflate", "-s500"),
    "empty": ("-n20", "-s0")})
def learned_prefix(_, load):
    with serving() as server:
        result = run_json(0, *load, url_of(server, "/"))
    expect("prefix", "Server received: ", result["prefix"])
    expect_sums(result)


@check("B2", SECTION, "the prefix is shown, what is not printable escaped")
def shown_prefix(_):
    script = echoing(5, lambda _, payload: said(TEXT, b"\"a\n\x1b<" + payload))
    with Rogue(script) as rogue:
        result = run("-c1", "-n5", rogue.url)
    expect("exit status", 0, result.status)
    expect_that('prefix      "\\x22a\\x0a\\x1b<" in front of each reply\n'
                in result.output, "the prefix", result.output)


def change_last(opcode, payload):
    return said(opcode, payload[:-1] + b"\x00")


WRONG = {
    "another last byte": change_last,
    "one byte less": lambda opcode, payload: said(opcode, payload[:-1]),
    "one byte more": lambda opcode, payload: said(opcode, payload + b"."),
    "another opcode": lambda _, payload: said(BINARY, payload),
    "a prefix of another length": lambda _, payload: said(TEXT,
                                                          b"x" + payload),
    "nothing in it": lambda opcode, _: said(opcode),
}


@check("B3", SECTION, "a wrong reply is found: {}", cases=WRONG)
def wrong_reply(_, reply):
    for size in (20, 70000):
        result = bench_rogue(1, echoing(4, reply, first=verbatim), "-n4",
                             f"-s{size}")
        expect_counts(result, 4, right=1, wrong=3)
        expect_sums(result)


@check("B3", SECTION, "a first reply that is wrong is no prefix")
def wrong_first_reply(_):
    result = bench_rogue(
        1, echoing(3, verbatim, first=lambda _, payload: said(TEXT, "no")),
        "-n3")
    expect_counts(result, 3, right=2, wrong=1)
    expect("prefix", "", result["prefix"])


@check("B3", SECTION, "a prefix that changes is wrong")
def changing_prefix(_):
    result = bench_rogue(
        1, echoing(3, lambda _, payload: said(TEXT, b"two: " + payload),
                   first=lambda _, payload: said(TEXT, b"one: " + payload)),
        "-n3")
    expect_counts(result, 3, right=1, wrong=2)
    expect("prefix", "one: ", result["prefix"])


@check("B3", SECTION, "replies in another order are wrong")
def swapped_replies(_):
    def serve(guest):
        guest.open()
        messages = [guest.receive_frame() for _ in range(4)]
        for opcode, payload in (messages[0], messages[2], messages[1],
                                messages[3]):
            guest.send(said(opcode, payload))
        guest.leave()

    result = bench_rogue(1, serve, "-n4", "-m4")
    expect_counts(result, 4, right=2, wrong=2)


@check("B3", SECTION, "a reply too many is an error")
def surplus_reply(_):
    def serve(guest):
        guest.open()
        opcode, payload = guest.receive_frame()
        guest.send(said(opcode, payload), said(opcode, payload))
        guest.expect_end()

    with Rogue(serve) as rogue:
        result = run("-c1", "-n1", rogue.url)
    expect("exit status", 1, result.status)
    expect_that("more replies than messages" in result.errors,
                "the reason", result.errors)


BROKEN = {
    "a masked frame": (b"\x81\x80\0\0\0\0", "masked frame from a server"),
    "a reserved opcode": (b"\x83\x00", "reserved opcode"),
    "text that is no UTF-8": (said(TEXT, b"\xff"), "not UTF-8"),
    "RSV1": (b"\xc1\x00", "RSV1"),
}


@check("B4", "RFC 6455", "what breaks the protocol is told: {}", cases=BROKEN)
def broken_protocol(_, case):
    frame, why = case

    def serve(guest):
        guest.open()
        guest.receive_frame()
        guest.send(frame)
        guest.expect_end()

    with Rogue(serve) as rogue:
        result = run("-c1", "-n1", rogue.url)
    expect("exit status", 1, result.status)
    expect_that(why in result.errors, why, result.errors)
    expect_that("0 right, 0 wrong, 1 lost" in result.output, "1 lost",
                result.output)


def in_fragments(opcode, payload):
    return b"".join((
        said(opcode, payload[:3], fin=False), said(PING, b"are you there"),
        said(CONTINUATION, b"", fin=False), said(CONTINUATION, payload[3:])))


@check("B4", "RFC 6455", "fragments are joined, and a ping is answered")
def fragments(_):
    def serve(guest):
        guest.open()
        pongs = 0
        for _ in range(3):
            opcode, payload = guest.receive_frame()
            while opcode == PONG:
                expect("pong", b"are you there", payload)
                pongs += 1
                opcode, payload = guest.receive_frame()
            guest.send(in_fragments(opcode, payload))
        guest.expect_frame(PONG, b"are you there")
        expect("pongs before", 2, pongs)
        guest.leave()

    expect_counts(bench_rogue(0, serve, "-n3", "-s50"), 3)


@check("B4", "RFC 6455", "of pings while it cannot send the last is answered")
def pings_while_blocked(_):
    def serve(guest):
        guest.open()
        for ping in (b"first", b"second", b"third"):
            time.sleep(0.3)
            guest.send(said(PING, ping))
        time.sleep(0.3)
        pongs, messages = [], []
        while len(messages) < 8 or not pongs:
            opcode, payload = guest.receive_frame()
            (pongs if opcode == PONG else messages).append((opcode, payload))
        expect("the last pong", (PONG, b"third"), pongs[-1])
        for message in messages:
            guest.send(said(*message))
        guest.leave()

    result = bench_rogue(0, serve, "-n8", "-m8", "-s3M", "--type=binary")
    expect_counts(result, 8)


@check("B4", "RFC 6455", "bytes come one at a time")
def dripping(_):
    def serve(guest):
        guest.open()
        for _ in range(2):
            opcode, payload = guest.receive_frame()
            for byte in said(opcode, payload):
                guest.send(bytes([byte]))
        guest.leave()

    expect_counts(bench_rogue(0, serve, "-n2", "-s300"), 2)


@check("B4", "RFC 6455", "frames behind the 101 in the same segment")
def early_frame(_):
    def serve(guest):
        guest.receive_request()
        guest.send(f"HTTP/1.1 101 Switching\r\n{guest.fields()}\r\n".encode(),
                   said(PING, b"early"))
        guest.expect_frame(PONG, b"early")
        guest.send(said(*guest.receive_frame()))
        guest.leave()

    expect_counts(bench_rogue(0, serve, "-n1"), 1)


def make_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.path("server-chain.pem"),
                            certificates.path("server.key"))
    return context


class TlsGuest(Guest):
    """What is sent at once is in one segment, a record for each piece."""

    def __init__(self, connected):
        super().__init__(connected)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = make_context().wrap_bio(self.incoming, self.outgoing,
                                           server_side=True)
        self.finish(self.tls.do_handshake)

    def finish(self, step):
        """Takes a step of TLS, and what it needs from the socket."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self.flush()
                self.incoming.write(self.socket.recv(1 << 16))
            finally:
                self.flush()

    def flush(self):
        self.socket.sendall(self.outgoing.read())

    def need(self, count):
        while len(self.data) < count:
            self.data += self.finish(lambda: self.tls.read(1 << 16))

    def send(self, *pieces):
        for piece in pieces:
            self.tls.write(piece)
        self.flush()


@check("B4", "RFC 6455", "a ping behind the 101 in a record of its own")
def early_record(_):
    """Nothing else comes meanwhile that would have it answered too."""

    def serve(plain):
        guest = TlsGuest(plain.socket)
        guest.receive_request()
        guest.send(f"HTTP/1.1 101 Switching\r\n{guest.fields()}\r\n".encode(),
                   said(PING, b"early"))
        guest.expect_frame(PONG, b"early")
        plain.socket.settimeout(60)
        guest.send(said(*guest.receive_frame()))
        guest.expect_close(1000)
        guest.send(said_close())

    with Rogue(serve) as rogue:
        url = rogue.url.replace("ws:", "wss:")
        expect_counts(run_json(0, "--idle=1", "-d7s", trust(), url), 1)


@check("B4", SECTION, "many records that have come at once are all read")
def many_records(_):
    """More than a turn takes, and nothing behind them that tells of it."""

    def serve(plain):
        guest = TlsGuest(plain.socket).open()
        messages = [guest.receive_frame() for _ in range(300)]
        guest.send(*(said(*message) for message in messages))
        guest.leave()

    with Rogue(serve) as rogue:
        url = rogue.url.replace("ws:", "wss:")
        result = run_json(0, "-c1", "-m300", "-n300", trust(), url)
    expect_counts(result, 300)


class OneFloods(socketserver.ThreadingTCPServer):
    """All guests of TLS echo, the first one only after a flood of pings."""

    daemon_threads = True
    seconds = 5

    def __init__(self):
        super().__init__(("127.0.0.1", 0), None)
        self.guests = itertools.count()

    def finish_request(self, request, client_address):
        guest = Guest(make_context().wrap_socket(request, server_side=True))
        guest.open()
        guest.socket.settimeout(60)
        if next(self.guests) == 0:
            pings = said(PING) * 500000
            message = guest.receive_frame()
            end = time.monotonic() + self.seconds
            while time.monotonic() < end:
                guest.socket.sendall(pings)
            guest.send(said(*message))
        while (message := guest.receive_frame())[0] != CLOSE:
            if message[0] != PONG:
                guest.send(said(*message))
        guest.send(said(*message))


@check("B4", SECTION, "one that floods with pings does not hold the others up")
def flood(_):
    with OneFloods() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            result = run_json(0, "-c2", "-d2s", trust(),
                              f"wss://127.0.0.1:{server.server_address[1]}")
        finally:
            server.shutdown()
            thread.join()
    expect_between("seconds", 2, 4, result["seconds"])
    expect_between("measured", 5, 10**6, result["measured"])
    expect("lost", 0, result["messages"]["lost"])


@check("B5", SECTION, "what is without a reply is lost: {}", cases={
    "EOF": lambda guest: None,
    "reset": lambda guest: guest.reset(),
    "Close": lambda guest: (guest.send(said_close(1011)),
                            guest.expect_close(1000))})
def lost_messages(_, end):
    def serve(guest):
        guest.open()
        messages = [guest.receive_frame() for _ in range(5)]
        guest.send(said(*messages[0]))
        guest.receive_frame()
        end(guest)

    result = bench_rogue(1, serve, "-n100", "-m5", "-s10")
    expect_that(result["messages"]["lost"] > 0, "some lost", result)
    expect("connections lost", 1, result["connections_lost"])
    expect_sums(result)
