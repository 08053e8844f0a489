# SPDX-License-Identifier: MIT
"""Group S, TLS: open connections, certificates that change, the end."""

import contextlib
import errno
import os
import shutil
import signal
import ssl
import tempfile
import threading
import time

from certificates import client_context, path
from checks import check, expect, expect_between, expect_that
from checks import wait_until
from failing import EVER
from group_s import bytes_to_end, client_hello
from group_t import KEEPALIVE
from libssl import KeyUpdatingStream
from peer import (BINARY, CLOSE, CONTINUATION, NO_KEY, PING, PONG, TEXT,
                  close, frame, request, text)
from server import Bystander, Server, Usage

WSS = ["wss"]


def tear(peer, data=b""):
    """Sends bytes as they are, and ends TCP without a word of TLS."""
    peer.socket.sendall(data)
    peer.stream.is_open = False
    peer.finish()


STATES = {
    "when open": lambda peer: b"",
    "after a message": lambda peer: peer.echo() or b"",
    "in a frame": lambda peer: peer.stream.encrypt(text("hello")[:7]),
    "in a message": lambda peer: peer.stream.encrypt(text("a", fin=False)),
    "in a record": lambda peer: peer.stream.encrypt(text("hello"))[:20],
    "in a record's header": lambda peer: peer.stream.encrypt(text("x"))[:3],
}


@check("S5", "RFC 8446 6.1", "an end {} without close_notify is truncation",
       over=WSS, cases=STATES)
def torn(server, prepare):
    peer = server.open()
    tear(peer, prepare(peer))
    end = server.expect_end(peer, 1006, "nobody")
    expect_that("truncated" in end.reason, "truncated", end.reason)


@check("S5", "RFC 8446 6.1", "an end {} by close_notify is no truncation",
       over=WSS, cases={name: STATES[name] for name in (
           "when open", "after a message", "in a frame", "in a message")})
def not_torn(server, prepare):
    peer = server.open()
    peer.socket.sendall(prepare(peer))
    peer.finish()
    end = server.expect_end(peer, 1006, "nobody")
    expect_that("truncated" not in end.reason, "no truncation", end.reason)
    peer.expect_end()


@check("S5", "RFC 8446 6.1", "after Close an end without close_notify is clean",
       over=WSS)
def torn_after_close(server):
    peer = server.open()
    peer.send(close())
    peer.expect_close(1000)
    tear(peer)
    server.expect_end(peer, 1000, "client")


@check("S5", "RFC 8446 6.1", "the server says close_notify {}", over=WSS,
       cases={
           "after Close": request() + close(),
           "after a failure": request() + frame(3) + close(1002),
           "after a refusal": request(Sec_WebSocket_Version="12"),
           "after a malformed request": b"\n\n",
           "after a page": request("/healthz", Upgrade=None, Connection=None),
       })
def server_says_close_notify(server, data):
    peer = server.connect()
    peer.send(data)
    peer.receive_rest()
    expect("torn", False, peer.stream.is_torn)


@check("S5", "RFC 8446 6.1", "the server says close_notify at TERM",
       options=None, over=WSS)
def close_notify_at_term(_):
    with Server() as server:
        peer = server.open()
        server.process.send_signal(signal.SIGTERM)
        peer.expect_close(1001)
        peer.send(close(1001))
        peer.expect_end()
        expect("exit status", 0, server.wait())


def corrupt(peer):
    """Sends a record of which a bit is wrong."""
    record = bytearray(peer.stream.encrypt(text("hello")))
    record[-1] ^= 1
    peer.socket.sendall(record)


@check("S6", "RFC 8446 5.2", "a corrupt record ends its connection by an alert",
       over=WSS)
def corrupt_record(server):
    others = [server.open() for _ in range(5)]
    for _ in range(5):
        peer = server.open()
        corrupt(peer)
        try:
            peer.receive()
        except ssl.SSLError as error:
            expect_that("bad record mac" in str(error), "an alert", error)
        server.expect_end(peer, 1006, "nobody")
        for each in others:
            each.echo()
    for each in others:
        each.leave()


@check("S6", "FAULTS S6", "failed handshakes leave no error to others",
       over=WSS)
def failures_beside(server):
    other = server.open()
    stranger = client_context(alpn=["h2"])
    for _ in range(20):
        for context in (None, stranger):
            peer = server.connect(tls=context)
            with contextlib.suppress(ssl.SSLError):
                peer.send(b"\0" * 100)
                bytes_to_end(peer)
        other.echo()
        server.open().leave()
    other.leave()


@check("S6", "FAULTS S6", "timeouts inside leave no error to later calls",
       options=["--ping-interval=1"], over=WSS)
def quiet_then_alive(server):
    peer = server.open()
    received = peer.receive_frame()
    expect("frame", PING, received and received.opcode)
    peer.send(frame(PONG))
    peer.echo("x" * 100000)
    time.sleep(0.5)
    peer.echo()
    peer.leave()


@check("S6", "FAULTS S6", "an error that {} leaves is none of a later call's",
       fails=True, over=WSS, cases={
           name: name for name in ("SSL_do_handshake", "SSL_read",
                                   "SSL_write")})
def stale_errors(server, function):
    server.failing.let(function, last=EVER, error=errno.ESTALE)
    peer = server.open()
    for _ in range(3):
        peer.echo()
        time.sleep(0.2)
    peer.leave()


@check("S7", "libwebsockets", "1000 frames in a record are all answered",
       over=WSS)
def many_frames_in_a_record(server):
    peer = server.open()
    peer.send(text("x" * 8, key=NO_KEY) * 1000)
    for _ in range(1000):
        peer.expect_message(TEXT, "x" * 8)
    peer.leave()


@check("S7", "libwebsockets", "half a frame in a record costs no time",
       over=WSS)
def half_a_frame(server):
    peers = [server.open() for _ in range(5)]
    for peer in peers:
        peer.send(text("whole") + text("half")[:-2])
        peer.expect_message(TEXT, "whole")
    before = server.processor_seconds()
    time.sleep(1)
    used = server.processor_seconds() - before
    expect_between("processor seconds, bystander included", 0, 0.4, used)
    for peer in peers:
        peer.send(text("half")[-2:])
        peer.expect_message(TEXT, "half")


@check("S7", "FAULTS S7", "a record cut {} costs no time", over=WSS, cases={
    "in its header": 3, "behind its header": 5, "in its content": 40})
def half_a_record(server, length):
    peers = [server.open() for _ in range(5)]
    records = [peer.stream.encrypt(text("x" * 100)) for peer in peers]
    for peer, record in zip(peers, records):
        peer.socket.sendall(record[:length])
    before = server.processor_seconds()
    time.sleep(1)
    used = server.processor_seconds() - before
    expect_between("processor seconds, bystander included", 0, 0.4, used)
    for peer, record in zip(peers, records):
        peer.socket.sendall(record[length:])
        peer.expect_message(TEXT, "x" * 100)


@check("S7", "INTERFACE --ping-timeout", "who falls silent in a record is"
       " pinged and dropped", over=WSS, options=KEEPALIVE)
def silent_in_a_record(server):
    peer = server.open()
    peer.socket.sendall(peer.stream.encrypt(text("x" * 100))[:40])
    received = peer.receive_frame()
    expect("frame", PING, received and received.opcode)
    end = server.expect_end(peer, 1006, "server")
    expect("reason", "ping timeout", end.reason)


@check("S7", "RFC 8446 5.1", "a conversation in records of a byte, cut anyhow",
       over=WSS)
def tiny_segments(server):
    peer = server.open()
    data = text("hello") + frame(PING, "p") + text("x" * 200) + close()
    wire = b"".join(peer.stream.encrypt(data[at:at + 1])
                    for at in range(len(data)))
    for at in range(0, len(wire), 11):
        peer.socket.sendall(wire[at:at + 11])
    peer.expect_message(TEXT, "hello")
    received = peer.receive_frame()
    expect("frame", PONG, received and received.opcode)
    peer.expect_message(TEXT, "x" * 200)
    peer.expect_close(1000)
    peer.expect_end()


def updating_peer(server, **rest):
    """An open peer that can ask for new keys."""
    peer = server.connect(tls=None, **rest)
    peer.stream = KeyUpdatingStream(peer.socket)
    return peer.open()


@check("S7", "RFC 8446 4.6.3", "key updates change nothing", over=WSS)
def key_updates(server):
    peer = updating_peer(server)
    for _ in range(20):
        peer.socket.sendall(peer.stream.key_updates(1))
        peer.echo()
    peer.send(text("hel", fin=False))
    peer.socket.sendall(peer.stream.key_updates(3))
    peer.send(frame(CONTINUATION, "lo"))
    peer.expect_message(TEXT, "hello")
    peer.leave()


@check("S7", "RFC 8446 4.6.3", "a flood of key updates is answered, no more",
       over=WSS)
def key_update_flood(server):
    usage = Usage(server.pid)
    peer = updating_peer(server)
    wire = peer.stream.key_updates(5000) + peer.stream.encrypt(text("hi"))
    sender = threading.Thread(target=peer.socket.sendall, args=[wire])
    sender.start()
    peer.expect_message(TEXT, "hi")
    sender.join()
    peer.echo()
    server.expect_memory_near(usage, name="VmHWM")
    before = server.processor_seconds()
    time.sleep(0.5)
    used = server.processor_seconds() - before
    expect_between("processor seconds afterwards", 0, 0.2, used)
    peer.leave()


@check("S7", "RFC 8446 4.6.3", "who never reads answers to key updates is"
       " dropped in time", options=["--send-timeout=1"], over=WSS, slow=True)
def key_updates_never_read(server):
    usage = Usage(server.pid)
    peer = updating_peer(server, receive_buffer=4096)
    updates = peer.stream.key_updates(150000)
    before = server.processor_seconds()
    sender = threading.Thread(target=send_until_reset, args=[peer, updates])
    sender.start()
    end = server.expect_end(peer, 1006, "server", 5)
    expect("reason", "send timeout", end.reason)
    sender.join()
    used = server.processor_seconds() - before
    expect_between("processor seconds", 0, 3, used)
    server.expect_memory_near(usage, name="VmHWM")


def send_until_reset(peer, data):
    with contextlib.suppress(OSError):
        peer.socket.sendall(data)


@check("S7", "FAULTS S7", "4 MiB go both ways at once, records cut anyhow",
       over=WSS)
def both_ways_at_once(server):
    peer = server.open()
    payload = os.urandom(1 << 20) * 4
    wire = peer.stream.encrypt(frame(BINARY, payload, key=NO_KEY))
    sender = threading.Thread(target=send_in_pieces, args=[peer, wire])
    sender.start()
    peer.expect_message(BINARY, payload)
    sender.join()
    peer.leave()


def send_in_pieces(peer, wire):
    for at in range(0, len(wire), 12345):
        peer.socket.sendall(wire[at:at + 12345])


class Changing:
    """A server whose certificate and key are files that a row may change."""

    def __init__(self, *options):
        self.folder = tempfile.mkdtemp()
        self.cert = os.path.join(self.folder, "cert.pem")
        self.key = os.path.join(self.folder, "key.pem")
        self.put("server-chain.pem", "server.key")
        self.server = Server("--cert=" + self.cert, "--key=" + self.key,
                             *options, scheme="wss")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.server.__exit__(*error)
        shutil.rmtree(self.folder)

    def put(self, cert, key):
        shutil.copyfile(path(cert), self.cert)
        shutil.copyfile(path(key), self.key)

    def reload(self, pattern):
        """Sends HUP and returns the line that tells what came of it."""
        count = len(self.server.find(pattern))
        self.server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(self.server.find(pattern)) > count, 2)
        lines = self.server.find(pattern)
        expect("more lines like " + pattern, count + 1, len(lines))
        return lines[-1]

    def serves(self, name):
        """A new connection gets the certificate of this name, and echoes."""
        peer = self.server.open()
        names = dict(each[0] for each in
                     peer.stream.tls.getpeercert()["subject"])
        expect("the certificate's name", name, names["commonName"])
        peer.echo()
        return peer


@check("S8", "INTERFACE HUP", "a new certificate is for new connections",
       options=None, over=WSS)
def reload_good(_):
    with Changing() as changing:
        bystander = Bystander(changing.server)
        old = changing.serves("server")
        changing.put("renewed-chain.pem", "renewed.key")
        changing.serves("server").leave()
        changing.reload(" info - Certificate reloaded")
        changing.serves("renewed").leave()
        old.echo()
        changing.put("rsa-chain.pem", "rsa.key")
        changing.reload(" info - Certificate reloaded")
        changing.serves("rsa").leave()
        old.leave()
        bystander.leave()
        changing.server.stop()


@check("S8", "INTERFACE HUP", "with {} the old certificate stays",
       options=None, over=WSS, cases={
           "another's key": ("server-chain.pem", "renewed.key"),
           "a key of another kind": ("server-chain.pem", "rsa.key"),
           "an encrypted key": ("server-chain.pem", "encrypted.key"),
           "an empty certificate": ("empty.pem", "server.key"),
           "a cut certificate": ("cut.pem", "server.key"),
           "an empty key": ("server-chain.pem", "empty.pem"),
           "garbage": ("garbage.pem", "garbage.pem"),
       })
def reload_bad(_, names):
    with Changing() as changing:
        bystander = Bystander(changing.server)
        old = changing.serves("server")
        changing.put(*names)
        for _ in range(3):
            line = changing.reload(" error - .*ertificate")
            expect_that(changing.folder in line, "the file's name", line)
            old.echo()
            changing.serves("server").leave()
        changing.put("renewed-chain.pem", "renewed.key")
        changing.reload(" info - Certificate reloaded")
        changing.serves("renewed").leave()
        old.leave()
        bystander.leave()
        changing.server.stop()


@check("S8", "INTERFACE HUP", "without its files the old certificate stays",
       options=None, over=WSS)
def reload_nothing(_):
    with Changing() as changing:
        os.remove(changing.key)
        changing.reload(" error - .*key.pem")
        changing.serves("server").leave()
        os.remove(changing.cert)
        changing.reload(" error - .*cert.pem")
        changing.serves("server").leave()
        changing.server.stop()


@check("S8", "FAULTS G6", "a storm of HUP leaks and drops nothing",
       options=None, over=WSS)
def reload_storm(_):
    with Changing() as changing:
        server = changing.server
        bystander = Bystander(server)
        old = changing.serves("server")
        usage = Usage(server.pid)
        for turn in range(300):
            server.process.send_signal(signal.SIGHUP)
            if turn % 10 == 0:
                changing.serves("server").leave()
                old.echo()
        server.expect_back_at(usage)
        old.leave()
        bystander.leave()
        server.stop()


@check("S8", "FAULTS G6", "100 reloads, one by one, leave nothing behind",
       options=None, over=WSS)
def reload_often(_):
    with Changing() as changing:
        for _ in range(20):
            changing.reload(" info - Certificate reloaded")
        usage = Usage(changing.server.pid)
        for _ in range(80):
            changing.reload(" info - Certificate reloaded")
        changing.server.expect_back_at(usage)
        changing.server.expect_memory_near(usage, 512)
        changing.serves("server").leave()
        changing.server.stop()


TALKERS = 200


def begin_handshakes(server, leaving):
    """Leaves one after the other in the middle of it, until told to leave."""
    hello = client_hello()
    while not leaving.is_set():
        with contextlib.suppress(OSError):
            half = server.connect(tls=None)
            half.send(hello[:100])
            server.connect(tls=None).send(hello)
            server.connect().stream.open()
        time.sleep(0.02)


def take_leave(peer):
    """Takes the echoes that come before Close, and answers that."""
    while (received := peer.receive_message()).opcode == TEXT:
        pass
    expect("frame", (CLOSE, 1001), (received.opcode, received.code))
    peer.send(close(1001))
    peer.expect_end()


@check("S9", "FAULTS G1", "TERM while 200 echo over TLS and others open",
       options=None, over=WSS)
def term_in_the_thick(_):
    with Server("--grace=60", "--ping-interval=0", "-q") as server:
        leaving = threading.Event()
        opener = threading.Thread(
            target=begin_handshakes, args=[server, leaving])
        talkers = [server.open() for _ in range(TALKERS)]
        opener.start()
        for _ in range(3):
            for peer in talkers:
                peer.send(text("x" * 1000, key=NO_KEY))
            for peer in talkers:
                peer.expect_message(TEXT, "x" * 1000)
        for number, peer in enumerate(talkers):
            peer.send(text("x" * 1000, key=NO_KEY))
            if number == TALKERS // 2:
                server.process.send_signal(signal.SIGTERM)
        for peer in talkers:
            take_leave(peer)
        leaving.set()
        opener.join()
        server.drop_peers()
        expect("exit status", 0, server.wait(20))
