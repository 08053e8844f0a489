# SPDX-License-Identifier: MIT
"""What --json tells (INTERFACE.md, wsclient)."""

import json
import re

from checks import check, expect, expect_that
from group_pipes import SECTION, TIME
from peer import BINARY, PING, PONG, TEXT
from program import run
from rogue import Rogue, refuse_with, said, said_close


def events_of(result):
    events = [json.loads(line) for line in result.output.splitlines()]
    for event in events:
        expect_that(re.fullmatch(TIME.decode(), event.pop("time")), "a time",
                    event)
    return events


@check("J", SECTION, "--json")
def as_json(_):
    def serve(guest):
        guest.open()
        guest.expect_frame(TEXT)
        guest.send(said(PING, "p\x01"), said(PONG), said(BINARY, b"\xff"),
                   said(TEXT, '"\\\x1b\u202e\U0001f600\U000e0041\n'),
                   said_close(3000, "d\u00f6ne"))
        guest.expect_frame(PONG)
        guest.expect_close(3000)

    with Rogue(serve) as rogue:
        result = run("--json", "-P", "-w", "-1", "-x", "hello", rogue.url)
    expect("status", 1, result.status)
    expect("events", [
        {"event": "open"},
        {"event": "message", "direction": "out", "type": "text",
         "data": "hello"},
        {"event": "ping", "direction": "in", "data": "p\x01"},
        {"event": "pong", "direction": "in", "data": ""},
        {"event": "message", "direction": "in", "type": "binary",
         "base64": "/w=="},
        {"event": "message", "direction": "in", "type": "text",
         "data": '"\\\x1b\u202e\U0001f600\U000e0041\n'},
        {"event": "close", "direction": "in", "code": 3000,
         "reason": "d\u00f6ne"},
    ], events_of(result))
    expect_that(all(32 <= byte < 127 or byte in (10, 0xc3, 0xb6) or byte > 0xef
                    or byte in (0x9f, 0x98, 0x80)
                    for byte in result.output), "no control", result.output)


@check("J", SECTION, "--json tells of errors, and of an end that is none")
def json_errors(_):
    def serve(guest):
        guest.open()
        guest.expect_close(1000)

    with Rogue(serve) as rogue:
        result = run("--json", rogue.url, data=b"\xff\n")
    expect("events", [
        {"event": "open"}, {"event": "error", "reason": "line 1 is not UTF-8"},
        {"event": "close", "direction": "out", "code": 1000, "reason": ""},
    ], events_of(result))


def expect_error_event(status, *arguments):
    """One event tells what stands first on stderr."""
    result = run("--json", *arguments)
    expect("status", status, result.status)
    line = result.errors.split("\n")[0]
    expect("events", [{"event": "error",
                       "reason": line[len("wsclient: "):]}],
           events_of(result))


@check("J", SECTION, "--json tells that the handshake failed: {}", cases={
    "403": (5, b"HTTP/1.1 403 No\xc3\xb6\r\n\r\nbody"),
    "a bad 101": (5, b"HTTP/1.1 101 OK\r\n\r\n"),
    "no HTTP": (5, b"\0\r\n"), "lost": (6, b"")})
def json_refused(_, case):
    status, response = case
    with Rogue(refuse_with(response)) as rogue:
        expect_error_event(status, rogue.url)


@check("J", SECTION, "--json tells that {}", cases={
    "TLS failed": (4, ["wss://HOST"]),
    "the proxy refused": (3, ["ws://name.test", "--proxy=HOST"])})
def json_no_connection(_, case):
    status, arguments = case

    def serve(guest):
        guest.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with Rogue(serve) as rogue:
        host = rogue.url[len("ws://"):]
        expect_error_event(status, *[
            each.replace("HOST", host) for each in arguments])


@check("J", SECTION, "--json tells that nobody listens")
def json_nobody(_):
    expect_error_event(3, "ws+unix:/no/such/socket:/")


@check("J", SECTION, "--json tells of an error of the protocol")
def json_protocol_error(_):
    def serve(guest):
        guest.open()
        guest.send(said(3))
        guest.expect_close(1002)

    with Rogue(serve) as rogue:
        result = run("--json", "-w", "-1", rogue.url)
    expect("status", 6, result.status)
    events = events_of(result)
    expect("events", ["open", "error", "close"],
           [event["event"] for event in events])
    expect("reason", f"Protocol error ({events[2]['reason']})",
           events[1]["reason"])
    expect("code", 1002, events[2]["code"])
