# SPDX-License-Identifier: MIT
"""The pages by path, and the rules of HTTP that they keep."""

import base64
import hashlib
import re

from checks import check, expect, expect_that
from page import NO_UPGRADE, ask, check_refusal, check_response
from peer import request


def check_health(response):
    expect("status", 200, response.status)
    expect("body", b"ok\n", response.body)


@check("P1", "INTERFACE Paths", "/healthz says ok, which is not logged")
def health(server):
    check_health(ask(server, "/healthz"))
    check_health(ask(server, "/healthz?from=balancer"))
    expect("lines of the log", [], server.find("healthz|refused|warning"))


@check("P1", "INTERFACE Paths", "/healthz answers {}", cases={
    "HTTP/1.0": {"version": "HTTP/1.0"},
    "HTTP/1.0 without a Host": {"version": "HTTP/1.0", "Host": None},
})
def old_health(server, changed):
    response = server.ask(request("/healthz", **{**NO_UPGRADE, **changed}))
    check_response(response, "GET")
    check_health(response)


@check("P1", "INTERFACE Paths", "an upgrade gets the page on {}",
       cases={path: path for path in ("/healthz", "/metrics")})
def upgrade(server, path):
    response = server.ask(request(path))
    check_response(response, "GET")
    expect("status", 200, response.status)


@check("P1", "INTERFACE Paths", "HEAD of {} is GET without the body",
       cases={path: path for path in ("/", "/healthz", "/raw")})
def head(server, path):
    get, answer = ask(server, path), ask(server, path, "HEAD")
    expect("status", get.status, answer.status)
    for name in ("Content-Type", "Content-Length",
                 "Content-Security-Policy", "Upgrade"):
        expect(name, get.get(name), answer.get(name))


@check("P1", "INTERFACE Paths", "OPTIONS of {} is 204", cases={
    path: path for path in ("*", "/", "/healthz", "/metrics", "/raw")})
def options(server, path):
    response = ask(server, path, "OPTIONS")
    expect("status", 204, response.status)
    expect("Allow", "GET, HEAD, OPTIONS", response.get("Allow"))


@check("P1", "INTERFACE Paths", "POST to {} is 405", cases={
    path: path for path in ("/", "/healthz", "/metrics", "/raw")})
def post(server, path):
    response = ask(server, path, "POST")
    check_refusal(response, 405)
    expect("Allow", "GET, HEAD, OPTIONS", response.get("Allow"))


def check_upgrade_required(response):
    check_refusal(response, 426)
    expect("Upgrade", "websocket", response.get("Upgrade"))
    expect("Connection", True, response.has_token("Connection", "Upgrade"))
    expect("version", "13", response.get("Sec-WebSocket-Version"))


@check("P1", "INTERFACE Paths", "{} without an upgrade is 426", cases={
    path: path for path in ("/raw", "/info", "/any", "/healthz/", "//")})
def other(server, path):
    check_upgrade_required(ask(server, path))


def hash_of(page, tag):
    content = re.search(b"<%b>(.*)</%b>" % (tag, tag), page, re.DOTALL)
    digest = hashlib.sha256(content.group(1)).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@check("P2", "INTERFACE console", "/ is the console, whose policy is strict")
def console(server):
    response = ask(server, "/")
    policy = dict(each.strip().split(" ", 1) for each in response.get(
        "Content-Security-Policy").split(";"))
    expect("status", 200, response.status)
    expect("type", "text/html; charset=utf-8", response.get("Content-Type"))
    expect("default-src", "'none'", policy["default-src"])
    expect("script-src", hash_of(response.body, b"script"),
           policy["script-src"])
    expect("style-src", hash_of(response.body, b"style"),
           policy["style-src"])
    expect("connect-src", "'self' ws://localhost wss://localhost",
           policy["connect-src"])
    expect_that("unsafe" not in str(policy), "nothing unsafe", policy)
    expect("nosniff", "nosniff", response.get("X-Content-Type-Options"))


@check("P2", "INTERFACE console", "/ with an upgrade is the echo")
def echo(server):
    peer = server.open("/")
    peer.leave()


@check("P2", "INTERFACE --no-console", "/ is 426 with --no-console",
       options=["--no-console"])
def no_console(server):
    check_upgrade_required(ask(server, "/"))
    server.open("/").leave()


@check("P3", "INTERFACE -m", "a full server answers pages",
       options=["--max-clients=1"])
def full(server):
    server.open()
    check_refusal(server.ask(request("/")), 503)
    check_health(ask(server, "/healthz"))
    expect("status", 200, ask(server, "/").status)
    expect("status", 200, ask(server, "/metrics").status)


@check("P3", "INTERFACE --max-pending", "pages are within --max-pending",
       options=["--max-pending=1"], over=("ws",))
def pending(server):
    waiting = server.connect()
    waiting.send(b"GET /healthz HTTP/1.1\r\n")
    check_refusal(server.ask(request("/healthz", **NO_UPGRADE)), 503)
    waiting.send(b"Host: localhost\r\n\r\n")
    check_health(waiting.receive_response())
