# SPDX-License-Identifier: MIT
"""Behind proxies: PROXY headers and X-Forwarded-For."""

import json
import socket
import struct

from checks import check, expect, expect_that, wait_until
from peer import Peer, close, request
from server import Server
from stream import TlsStream

PROXY, OTHER_PROXY, STRANGER = "127.0.0.2", "127.0.0.3", "127.0.0.4"
TRUSTED = (f"--trusted-proxy={PROXY}", f"--trusted-proxy={OTHER_PROXY}/32")
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
TOO_MANY = "too many connections from your address"
NONE = {"options": None}


def header_1(client, port=4711):
    family = "TCP6" if ":" in client else "TCP4"
    server = "::1" if ":" in client else "127.0.0.1"
    return f"PROXY {family} {client} {server} {port} 80\r\n".encode()


def header_2(client, port=4711, command=0x21, more=b""):
    family = socket.AF_INET6 if ":" in client else socket.AF_INET
    host = socket.inet_pton(family, client)
    rest = host + host + struct.pack("!HH", port, 80) + more
    code = 0x21 if ":" in client else 0x11
    return SIGNATURE + struct.pack("!BBH", command, code, len(rest)) + rest


HEADERS = {"version 1": header_1, "version 2": header_2}


class Proxied(Peer):
    """What a proxy connects: a header before all else, TLS too."""

    def __init__(self, address, header=b"", tls=None, **rest):
        super().__init__(address, **rest)
        self.socket.sendall(header)
        if tls is not None:
            self.stream = TlsStream(self.socket, tls)


def stop(server):
    server.drop_peers()
    server.stop()


def connect(server, header=b"", source=PROXY):
    return server.connect(Proxied, header=header, source=source)


@check("", "INTERFACE --proxy-protocol", "a header of {} names the client",
       cases=HEADERS, **NONE)
def header_names_client(_, header):
    with Server(*TRUSTED, "--proxy-protocol") as server:
        for client, name in (("192.0.2.1", "192.0.2.1:4711"),
                             ("2001:db8::1", "[2001:db8::1]:4711")):
            peer = connect(server, header(client)).open()
            peer.echo()
            peer.name = name
            server.wait_for(
                f"Client connected from {name}, path /raw$".replace("[", r"\["))
            peer.leave()
            server.expect_end(peer, 1000, "client")
        stop(server)


@check("", "INTERFACE --proxy-protocol", "a header may come in any pieces",
       cases=HEADERS, **NONE)
def header_in_pieces(_, header):
    with Server(*TRUSTED, "--proxy-protocol") as server:
        peer = connect(server)
        for byte in header("192.0.2.1"):
            peer.socket.sendall(bytes([byte]))
        if server.tls is not None:
            peer.stream = TlsStream(peer.socket, server.tls)
        peer.open().echo()
        server.wait_for("connected from 192.0.2.1:4711")


@check("", "INTERFACE --proxy-protocol", "the request may be right behind it",
       options=None, over=("ws",))
def all_at_once(_):
    with Server(*TRUSTED, "--proxy-protocol") as server:
        more = b"\x04\x00\xff" + bytes(255)
        peer = connect(server, header_2("192.0.2.1", more=more) + request())
        peer.check_101()
        peer.echo()


@check("", "INTERFACE --proxy-protocol", "{} speaks for the proxy itself",
       cases={"UNKNOWN": b"PROXY UNKNOWN\r\n",
              "LOCAL": header_2("192.0.2.1", command=0x20)}, **NONE)
def proxy_itself(_, header):
    with Server(*TRUSTED, "--proxy-protocol",
                "--max-clients-per-ip=1") as server:
        peers = [connect(server, header).open() for _ in range(3)]
        for peer in peers:
            server.wait_for(f"connected from {peer.name}")


@check("", "INTERFACE --proxy-protocol", "{} is closed without an answer",
       cases={"a request": request(), "TLS": b"\x16\x03\x01\x02\0\x01",
              "a bad header": b"PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n"},
       **NONE)
def no_header(_, data):
    with Server(*TRUSTED, "--proxy-protocol") as server:
        peer = connect(server, data)
        expect("answer", b"", peer.socket.recv(100))
        server.wait_for(
            rf'Client {peer.name} refused \("no PROXY header"\)')
        connect(server, header_1("192.0.2.1")).open().echo()
        stop(server)


@check("", "INTERFACE --proxy-protocol", "who is not trusted is closed",
       **NONE)
def stranger(_):
    with Server(*TRUSTED, "--proxy-protocol") as server:
        peer = connect(server, header_1("192.0.2.1"), source=STRANGER)
        try:
            expect("answer", b"", peer.socket.recv(100))
        except ConnectionResetError:
            pass
        server.wait_for(rf'{peer.name} refused \("not a trusted proxy"\)')
        expect("lines", [], server.find("192.0.2.1"))


@check("", "INTERFACE --proxy-protocol", "half a header is dropped in time",
       **NONE)
def half_header(_):
    with Server(*TRUSTED, "--proxy-protocol",
                "--handshake-timeout=0.3") as server:
        peer = connect(server, b"PROXY TCP4 192.0.2.1")
        expect("answer", b"", peer.socket.recv(100))
        server.wait_for(
            rf'{peer.name} refused \("no PROXY header came in time"\)')
        stop(server)


@check("", "INTERFACE --max-clients-per-ip", "clients behind {} are counted",
       cases={"a PROXY header": True, "X-Forwarded-For": False}, **NONE)
def clients_are_counted(_, by_header):
    options = ("--proxy-protocol",) if by_header else ()

    def come(client):
        if by_header:
            return connect(server, header_1(client)), ()
        return connect(server), (("X-Forwarded-For", client),)

    def may_come(client):
        """The line about who left comes before its place is free."""
        try:
            peer, more = come(client)
            peer.open(more=more)
        except (OSError, AssertionError):
            return False
        return True

    with Server(*TRUSTED, "--max-clients-per-ip=2", *options) as server:
        for client, mate in (("192.0.2.1", "192.0.2.1"),
                             ("2001:db8:0:1::1", "2001:db8:0:1:ffff::1")):
            opened = []
            for who in (client, mate):
                peer, more = come(who)
                opened.append(peer.open(more=more))
            refusals = len(server.find(TOO_MANY))
            expect_refused(server, *come(client))
            wait_for_lines(server, TOO_MANY, refusals + 1)
            opened[0].leave()
            expect_that(wait_until(lambda who=mate: may_come(who), 5),
                        "a place that is free again", server.log[-3:])
        stop(server)


def wait_for_lines(server, pattern, count):
    wait_until(lambda: len(server.find(pattern)) >= count, 5)
    expect(f"lines with {pattern}", count, len(server.find(pattern)))


def expect_refused(server, peer, more):
    """With a 503, or over TLS, where that would take a handshake, at once."""
    try:
        peer.send(request(more=more))
        status = peer.receive_response().status
    except (OSError, AssertionError):
        status = None
    expect_that(status == 503 or (server.tls is not None and status is None),
                "a refusal", status)


@check("", "INTERFACE /info", "tells of the client and of the proxy", **NONE)
def info(_):
    with Server(*TRUSTED) as server:
        peer = connect(server).open(
            "/info", more=[("X-Forwarded-For", "192.0.2.1")])
        told = json.loads(peer.receive_message().payload)
        expect("peer and via", ("192.0.2.1", peer.name),
               (told["peer"], told["via"]))
        peer = connect(server).open("/info")
        told = json.loads(peer.receive_message().payload)
        expect("peer and via", (peer.name, None), (told["peer"], told["via"]))


CHAINS = {
    "one client": ("192.0.2.1", "192.0.2.1"),
    "a client with a port": ("192.0.2.1:80", "192.0.2.1:80"),
    "a client behind two proxies":
        (f"192.0.2.1, {OTHER_PROXY}", "192.0.2.1"),
    "a client who pretends": ("198.51.100.1, 192.0.2.1", "192.0.2.1"),
    "IPv6": ("[2001:db8::1]", "[2001:db8::1]"),
    "nobody known": ("192.0.2.1, unknown", None),
    "nonsense": ("\x1b[1m", None),
}


@check("", "INTERFACE --trusted-proxy", "X-Forwarded-For tells of {}",
       cases=CHAINS, **NONE)
def forwarded(_, chain):
    value, name = chain
    with Server(*TRUSTED) as server:
        peer = connect(server).open(
            more=[("X-Forwarded-For", value)]
            if value.isprintable() else [("X-Forwarded-For", "%1b")])
        peer.name = name or peer.name
        pattern = f"connected from {peer.name}, path".replace("[", r"\[")
        server.wait_for(pattern)
        peer.leave()
        server.expect_end(peer, 1000, "client")
        stop(server)


@check("", "INTERFACE --trusted-proxy", "nobody else is believed", **NONE)
def unverified(_):
    with Server(*TRUSTED) as server:
        peer = connect(server, source=STRANGER).open(
            more=[("X-Forwarded-For", "192.0.2.1")])
        server.wait_for(f"connected from {peer.name}")
    with Server() as server:
        peer = connect(server).open(more=[("X-Forwarded-For", "192.0.2.1")])
        server.wait_for(f"connected from {peer.name}")
        expect("lines", [], server.find("192.0.2.1"))


@check("", "INTERFACE --trusted-proxy", "a header may name a trusted proxy",
       **NONE)
def header_and_field(_):
    with Server(*TRUSTED, "--proxy-protocol") as server:
        connect(server, header_1(OTHER_PROXY)).open(
            more=[("X-Forwarded-For", "192.0.2.1")])
        server.wait_for("connected from 192.0.2.1, path")
        connect(server, header_1("192.0.2.7")).open(
            more=[("X-Forwarded-For", "192.0.2.1")])
        server.wait_for("connected from 192.0.2.7:4711, path")


@check("", "INTERFACE --reuse-port", "two servers share a port",
       options=None, over=("ws",))
def reuse_port(_):
    with Server("--reuse-port") as one:
        port = one.address[1]
        with Server("--reuse-port", port=port) as other:
            wanted = {one, other}
            for _ in range(200):
                peer = one.open()
                peer.send(close())
                peer.expect_close(1000)
                wanted = {server for server in wanted
                          if not server.find("connected from")}
                if not wanted:
                    break
            expect("servers that got nobody", set(), wanted)
