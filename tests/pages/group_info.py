# SPDX-License-Identifier: MIT
"""The service /info."""

import json
import zlib

from checks import check, expect, expect_that
from peer import BINARY, TEXT, frame, request
from server import Server

NAMES = ["server", "connection", "peer", "via", "path", "headers",
         "subprotocol", "extensions", "tls"]


def info_of(peer):
    message = peer.receive_message()
    expect("opcode", TEXT, message.opcode)
    return json.loads(message.payload.decode())


def open_info(server, *args, **changed):
    peer = server.connect()
    peer.send(request("/info", *args, **changed))
    response = peer.receive_response()
    expect("status", 101, response.status)
    return peer, response, info_of(peer)


@check("I1", "INTERFACE /info", "/info tells what the server knows")
def facts(server):
    peer, _, info = open_info(server)
    expect("names", NAMES, list(info))
    expect("peer", peer.name, info["peer"])
    expect("path", "/info", info["path"])
    expect("via", None, info["via"])
    expect("subprotocol", None, info["subprotocol"])
    expect("extensions", None, info["extensions"])
    expect_that(info["server"].startswith("wsserver "), "us", info["server"])
    line = server.wait_for("connected from " + peer.name)
    expect("connection", int(line.split(" ")[2]), info["connection"])
    expect("headers", [["Host", "localhost"], ["Upgrade", "websocket"]],
           info["headers"][:2])


@check("I1", "INTERFACE /info", "then it echoes as /raw")
def then_raw(server):
    peer, _, _ = open_info(server)
    peer.echo()
    peer.send(frame(BINARY, b"\xff\x00"))
    peer.expect_message(BINARY, b"\xff\x00")
    peer.leave()


@check("I1", "FAULTS L6", "secrets are hidden")
def secrets(server):
    names = ("Cookie", "AUTHORIZATION", "proxy-authorization")
    _, _, info = open_info(
        server, more=[(name, "secret") for name in names])
    told = dict(map(tuple, info["headers"]))
    for name in names:
        expect(name, "(hidden)", told[name])
    expect_that("secret" not in str(info), "no secret", info)


@check("I1", "INTERFACE /info", "what is no UTF-8 does no harm")
def bytes_told(server):
    odd = b"\xfc\xe2\x80\xae\"\\\t\x9b"
    _, _, info = open_info(server, more=[("Odd", odd)])
    expect("value", '\xfc\u202e"\\\t\x9b', dict(
        map(tuple, info["headers"]))["Odd"])


@check("I1", "INTERFACE /info", "what was agreed on is told",
       options=["--subprotocol=chat"])
def agreed(server):
    peer = server.connect()
    peer.reserved = 0x30
    peer.send(request(
        "/info", Sec_WebSocket_Protocol="other, chat",
        Sec_WebSocket_Extensions="permessage-deflate; "
        "server_no_context_takeover; client_max_window_bits"))
    response = peer.receive_response()
    expect("subprotocol", "chat", response.get("Sec-WebSocket-Protocol"))
    message = peer.receive_message()
    if message.rsv1:
        inflate = zlib.decompressobj(-15)
        message.payload = inflate.decompress(
            message.payload + b"\0\0\xff\xff")
    info = json.loads(message.payload.decode())
    expect("subprotocol", "chat", info["subprotocol"])
    expect("extensions", response.get("Sec-WebSocket-Extensions"),
           info["extensions"])


@check("I1", "INTERFACE /info", "TLS is told of where there is TLS")
def tls(server):
    peer, _, info = open_info(server)
    if Server.scheme == "ws":
        expect("tls", None, info["tls"])
        return
    expect("names", ["version", "cipher", "sni", "client_subject"],
           list(info["tls"]))
    expect("version", "TLSv1.3", info["tls"]["version"])
    expect("sni", "localhost", info["tls"]["sni"])
    expect("client_subject", None, info["tls"]["client_subject"])
    peer.leave()
