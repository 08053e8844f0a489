# SPDX-License-Identifier: MIT
"""Group R: limits (INTERFACE.md, options)."""

import resource
import time

from checks import (SLACK, Stopwatch, check, expect, expect_between,
                    expect_seconds, expect_that)
from group_h import check_refusal
from peer import BINARY, NO_KEY, frame, request
from server import Bystander, Server, Usage


def expect_full(server, data=None, source="127.0.0.1"):
    """A 503 that says when to come back, and a line in the log."""
    peer = server.connect(source=source)
    peer.send(request() if data is None else data)
    response = peer.receive_response()
    check_refusal(response, 503)
    expect_that((response.get("Retry-After") or "").isdigit(),
                "Retry-After", response)
    server.wait_for(f'{peer.name} refused \\(503, ".+"')


def turned_away(server):
    """A peer for whom there is no room: a 503; a close if TLS came first."""
    peer = server.connect(tls=None)
    if server.tls is None:
        peer.send(request())
        expect("status", 503, peer.receive_response().status)
    else:
        expect("bytes before the end", b"", peer.receive_rest())
    peer.close()
    return peer


def expect_turned_away(server):
    """A peer for whom there is no room, and a line in the log."""
    if server.tls is None:
        expect_full(server)
    else:
        name = turned_away(server).name
        server.wait_for(f'{name} refused \\(".+"')


def opens(server, source="127.0.0.1"):
    return server.connect(source=source).open()


def opens_soon(server, **rest):
    """Opens when there is room, which may take a moment."""
    end = time.monotonic() + 2 + SLACK
    while True:
        try:
            return opens(server, **rest)
        except (AssertionError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


@check("R1", "INTERFACE --max-clients-per-ip",
       "the fourth connection of one address is 503",
       options=["--max-clients-per-ip=3"])
def fourth_of_an_address(server):
    peers = [opens(server) for _ in range(3)]
    expect_turned_away(server)
    expect_turned_away(server)
    opens(server, source="127.0.0.2").echo()
    peers[0].leave()
    opens_soon(server).echo()
    expect_turned_away(server)
    for peer in peers[1:]:
        peer.echo()


@check("R1", "INTERFACE --max-clients-per-ip",
       "connections not yet upgraded count too",
       options=["--max-clients-per-ip=3"])
def pending_of_an_address(server):
    peers = [server.connect() for _ in range(3)]
    time.sleep(0.05)
    expect_turned_away(server)
    for peer in peers:
        peer.reset()
    opens_soon(server).echo()


@check("R1", "FAULTS R1", "2000 connections of one address get 503 and go",
       options=["--max-clients-per-ip=3"])
def flood_of_an_address(server):
    usage = Usage(server.pid)
    for _ in range(3):
        opens(server)
    for _ in range(2000):
        turned_away(server)
    server.drop_peers()
    server.expect_back_at(usage)


@check("R2", "INTERFACE --max-pending", "one pending too many is 503",
       options=["--max-pending=5"])
def one_pending_too_many(server):
    pending = [server.connect() for _ in range(5)]
    time.sleep(0.05)
    expect_turned_away(server)
    pending[0].open().echo()
    opens_soon(server).echo()


@check("R2", "INTERFACE --max-pending", "pending ones take no client's place",
       options=["--max-pending=20", "--max-clients=3"])
def pending_beside_clients(server):
    for _ in range(15):
        server.connect().send(b"GET")
    time.sleep(0.05)
    clients = [opens(server) for _ in range(2)]
    expect_full(server)
    for client in clients:
        client.echo()


@check("R2", "INTERFACE --handshake-timeout", "pending ones leave in time",
       options=["--max-pending=5", "--handshake-timeout=1", "--grace=1"])
def pending_leave(server):
    for _ in range(5):
        server.connect()
    time.sleep(0.05)
    expect_turned_away(server)
    time.sleep(2.2)
    opens_soon(server).echo()


@check("R3", "INTERFACE --send-timeout", "who never reads is dropped in time",
       options=["--send-timeout=1"])
def never_reads(server):
    usage = Usage(server.pid)
    peer = server.connect(receive_buffer=4096).open()
    peer.stuff(frame(BINARY, b"x" * 60000, key=NO_KEY))
    with Stopwatch() as watch:
        end = server.expect_end(peer, 1006, "server", 4)
    expect_seconds("until dropped", 0.3, 1.7, watch)
    expect("reason", "send timeout", end.reason)
    server.expect_memory_near(usage, name="VmHWM")


@check("R3", "INTERFACE --send-timeout", "who reads slowly stays",
       options=["--send-timeout=3"], slow=True)
def reads_slowly(server):
    """The buffer of the system is not free enough for 3 s and longer."""
    peer = server.connect(receive_buffer=4096).open()
    payload = b"x" * 60000
    sent = peer.stuff(frame(BINARY, payload, key=NO_KEY))
    end = time.monotonic() + 12
    while time.monotonic() < end:
        peer.socket.recv(1600)
        time.sleep(0.1)
    expect("lines about the end", [], server.find(f"{peer.name} disc"))
    expect_that(sent > 60000, "some bytes", sent)


@check("m", "INTERFACE --max-clients", "a full server answers 503",
       options=["--max-clients=3"])
def full(server):
    clients = [opens(server) for _ in range(2)]
    expect_full(server)
    clients[0].leave()
    opens_soon(server).echo()


@check("m", "INTERFACE --max-clients", "a full server still answers plain HTTP",
       options=["--max-clients=1"])
def full_but_pages(server):
    expect_full(server)
    plain = request("/raw", Upgrade=None, Connection=None)
    expect("status", 426, server.ask(plain).status)


DESCRIPTORS = 200


def few_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))


@check("m", "INTERFACE --max-clients", "-m is lowered to what there is",
       options=None)
def lowered(_):
    with Server(prepare=few_descriptors) as server:
        bystander = Bystander(server)
        usage = Usage(server.pid)
        server.wait_for("clients .*ulimit -n")
        count = open_until_full(server)
        expect_between("clients", 5, DESCRIPTORS, count)
        server.drop_peers()
        server.expect_back_at(usage)
        opens(server).leave()
        bystander.leave()
        server.stop()


def open_until_full(server):
    for count in range(DESCRIPTORS):
        peer = server.connect()
        peer.send(request())
        response = peer.receive_head()
        if response.status != 101:
            expect("status", 503, response.status)
            expect_that(response.get("Retry-After"), "Retry-After", response)
            return count
    raise AssertionError("more clients than descriptors")
