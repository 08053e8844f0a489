# SPDX-License-Identifier: MIT
"""Faults of the opening handshake, what is no fault, and the list of them."""
import json

from checks import check, expect, expect_that
from peer import ACCEPT, request
from server import Server

REASONS = {200: "OK", 204: "No Content", 401: "Unauthorized",
           403: "Forbidden", 404: "Not Found", 429: "Too Many Requests",
           500: "Internal Server Error", 502: "Bad Gateway",
           503: "Service Unavailable", 599: "Unknown"}


@check("status", "4.2.2", "status/{} refuses with that",
       cases={str(status): status for status in REASONS})
def refuses(server, status):
    response = server.ask(request(f"/faults/status/{status}"))
    expect("status, reason", (status, REASONS[status]),
           (response.status, response.reason))
    expect("Connection", "close", response.get("Connection"))
    expect("WWW-Authenticate",
           'Basic realm="wsserver"' if status == 401 else None,
           response.get("WWW-Authenticate"))
    expect("Retry-After", "5" if status in (429, 503) else None,
           response.get("Retry-After"))
    server.wait_for(rf"info \d+ Client \S+ refused \({status}, ")


@check("redirect", "RFC 9110", "redirect/N leads to /raw in N steps")
def redirects(server):
    target = "/faults/redirect/5"
    for left in (4, 3, 2, 1, 0):
        response = server.ask(request(target))
        expect("the status", 302, response.status)
        target = response.get("Location")
        expect("Location", f"/faults/redirect/{left}" if left else "/raw",
               target)
    server.open(target).leave()


GOOD = {"Sec-WebSocket-Accept": ACCEPT, "Sec-WebSocket-Protocol": None,
        "Sec-WebSocket-Extensions": None}
WRONG = {
    "accept": ("Sec-WebSocket-Accept", "ICX+Yqv66kxgM0FcWaLWlFLwTAI="),
    "subprotocol": ("Sec-WebSocket-Protocol", "wsserver-not-offered"),
    "extension": ("Sec-WebSocket-Extensions", "wsserver-not-offered"),
}


@check("bad-101", "4.2.2", "bad/{} has that field wrong and no other",
       cases={name: name for name in WRONG})
def answers_badly(server, name):
    peer = server.connect()
    peer.send(request("/faults/bad/" + name))
    response = peer.receive_response()
    expect("the status", 101, response.status)
    field, value = WRONG[name]
    for each, wanted in {**GOOD, field: value}.items():
        expect(each, wanted, response.get(each))
    peer.echo()
    peer.leave()
    server.expect_end(peer, 1000, "client")


USAGES = {
    "close": "usage: /faults/close/CODE[/REASON][?after=N], ",
    "close/65536": "usage: /faults/close/",
    "close/1000/" + "a" * 124: "usage: /faults/close/",
    "reset/1": "usage: /faults/reset[?after=N]",
    "delay/60001": "usage: /faults/delay/MS[?after=N], MS 0 to 60000",
    "flood/1000001?after=0": "usage: /faults/flood/N",
    "message/16777217": "usage: /faults/message/SIZE",
    "redirect/51": "usage: /faults/redirect/N, N 1 to 50",
    "status/600": "usage: /faults/status/CODE, CODE 200 to 599",
    "status/404?after=1": "usage: /faults/status/CODE, ",
}
UNKNOWN = ("", "clos", "bad/", "bad/nothing", "RESET", "x" * 1000)


@check("usage", "4.2.2", "a bad call is answered 400 and its usage")
def tells_the_usage(server):
    for path, usage in USAGES.items():
        response = server.ask(request("/faults/" + path))
        expect_that(response.status == 400 and
                    response.body.startswith(usage.encode()),
                    f"400 and {usage}", response)


@check("usage", "4.2.2", "an unknown fault is answered 404")
def tells_of_no_fault(server):
    for path in UNKNOWN:
        response = server.ask(request("/faults/" + path))
        expect_that(response.status == 404 and b"/faults" in response.body,
                    "404 and where they are listed", response)


def get(server, target):
    return server.ask(request(target, Upgrade=None, Connection=None))


@check("list", "RFC 9110", "/faults lists them, as HTML and as JSON")
def lists_them(server):
    page = get(server, "/faults")
    expect("status and type", (200, "text/html; charset=utf-8"),
           (page.status, page.get("Content-Type")))
    expect_that("default-src 'none'" in page.get("Content-Security-Policy"),
                "a policy", page.fields)
    answer = get(server, "/faults?json")
    expect("status and type", (200, "application/json"),
           (answer.status, answer.get("Content-Type")))
    faults = json.loads(answer.body)["faults"]
    expect("how many there are", 26, len(faults))
    for fault in faults:
        expect("the names", {"path", "meaning", "example"}, set(fault))
        expect_that(fault["path"].encode() in page.body, "the same", fault)
        name = fault["path"].split("/")[0]
        expect_that(fault["example"].startswith("/faults/" + name),
                    "its example", fault)
    expect("for an upgrade too", page.body,
           server.ask(request("/faults")).body)


@check("list", "RFC 9110", "each example is served")
def serves_examples(server):
    answer = get(server, "/faults?json")
    for fault in json.loads(answer.body)["faults"]:
        if fault["path"].startswith(("handshake", "status", "redirect")):
            continue
        peer = server.connect()
        peer.send(request(fault["example"]))
        expect(fault["example"], 101, peer.receive_head().status)
        peer.reset()


@check("list", "RFC 9110", "without an upgrade faults are told apart too")
def tells_plain_http(server):
    for path, status in (("reset", 426), ("status/404", 426), ("x", 404),
                         ("close", 400), ("delay/60001", 400)):
        expect(path, status, get(server, "/faults/" + path).status)


@check("off", "4.2.2", "faults are off without the option", options=None)
def needs_the_option(_):
    with Server() as server:
        for path in ("reset", "close/1000", "", "nothing", "close/x"):
            for ask in (server.ask(request("/faults/" + path)),
                        get(server, "/faults/" + path)):
                expect_that(ask.status == 404 and
                            b"--enable-faults" in ask.body,
                            "404 and a hint", ask)
        for target in ("/faults", "/faults?json"):
            expect(target, 404, get(server, target).status)
        server.open("/faultless").leave()
        server.stop()
