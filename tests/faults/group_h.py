# SPDX-License-Identifier: MIT
"""Group H, the opening handshake: heads of requests (RFC 9112), and time."""

import time

from checks import (Stopwatch, check, expect, expect_between, expect_seconds,
                    expect_that)
from peer import FIELDS, TEXT, close, field_line, request, text


def expect_refusal(server, data, status, logged=None):
    """A response with one line of text, the end, and a line in the log."""
    response = server.ask(data)
    check_refusal(response, status)
    server.wait_for(f"Client {response.name} refused "
                    rf'\({logged or status}, ".+"')
    return response


def check_refusal(response, status):
    expect("status", status, response.status)
    expect_that(response.has_token("Connection", "close"),
                "Connection: close", response)
    media_type = (response.get("Content-Type") or "").split(";")[0]
    expect("Content-Type", "text/plain", media_type)
    expect("Content-Length", str(len(response.body)),
           response.get("Content-Length"))
    expect_that(response.body.endswith(b"\n") and
                response.body.count(b"\n") == 1 and len(response.body) > 4,
                "a body of one line", response.body)


def raw(*lines, line="GET /raw HTTP/1.1"):
    """A good request with more lines, which may be none of HTTP's."""
    fields = b"".join(field_line(*pair) for pair in FIELDS.items())
    return line.encode() + b"\r\n" + fields + b"".join(lines) + b"\r\n"


def padded_request(length):
    """A request of so many bytes, none of its lines over 8 KiB."""
    filling = field_line("X-Filling", "x" * 7000)
    rest = length - len(raw(filling)) - len(field_line("X-Rest", ""))
    return raw(filling, field_line("X-Rest", "x" * rest))


@check("H1", "RFC 9110 15.5.9", "a head at 1 byte a time gets 408 in time",
       options=["--handshake-timeout=1"])
def slow_head(server):
    peer = server.connect()
    with Stopwatch() as watch:
        for byte in request()[:-4]:
            peer.send(bytes([byte]))
            time.sleep(0.09)
            if peer.is_readable():
                break
        response = peer.receive_response()
    check_refusal(response, 408)
    expect_seconds("until 408", 0.95, 1.6, watch)
    server.wait_for(f"{peer.name} refused \\(408")


@check("H1", "RFC 9110 15.5.9", "silence gets 408 in time",
       options=["--handshake-timeout=1"])
def silent_peer(server):
    peer = server.connect()
    with Stopwatch() as watch:
        response = peer.receive_response()
    check_refusal(response, 408)
    expect_seconds("until 408", 0.95, 1.6, watch)


@check("H1", "RFC 9110 15.5.9", "what opened in time outlives the deadline",
       options=["--handshake-timeout=1"])
def opened_in_time(server):
    peer = server.open()
    time.sleep(1.3)
    peer.echo()


@check("H2", "RFC 9110 15.5.15", "a request line over 8 KiB is 414")
def long_request_line(server):
    target = "/" + "x" * (8193 - len("GET / HTTP/1.1"))
    expect_refusal(server, request(target), 414)


@check("H2", "RFC 9110 15.5.15", "an endless request line is 414")
def endless_request_line(server):
    expect_refusal(server, b"GET /" + b"x" * 9000, 414)


@check("H2", "RFC 9112 3", "a request line of 8 KiB is accepted")
def longest_request_line(server):
    target = "/" + "x" * (8190 - len("GET / HTTP/1.1"))
    server.open(target).leave()


@check("H2", "RFC 6585 5", "a head over 16 KiB is 431")
def long_head(server):
    expect_refusal(server, padded_request(16385), 431)


@check("H2", "RFC 6585 5", "a head of 16 KiB is accepted")
def longest_head(server):
    peer = server.connect()
    peer.send(padded_request(16384))
    peer.check_101()
    peer.leave()


@check("H2", "RFC 6585 5", "an endless header field is 431")
def endless_field(server):
    expect_refusal(server, raw()[:-2] + b"X: " + b"x" * 20000, 431)


@check("H3", "RFC 6585 5", "more than 100 header fields are 431")
def many_fields(server):
    more = [("X", "1")] * (101 - len(FIELDS))
    expect_refusal(server, request(more=more), 431)


@check("H3", "RFC 6585 5", "100 header fields are accepted")
def most_fields(server):
    server.open(more=[("X", "1")] * (100 - len(FIELDS))).leave()


@check("H4", "RFC 9110 15.5.6", "an upgrade by {} is 405 with Allow",
       cases={method: method for method in
              ("POST", "PUT", "HEAD", "DELETE", "OPTIONS", "FROB", "get")})
def wrong_method(server, method):
    response = server.ask(request(method=method))
    expect("status", 405, response.status)
    expect_that("GET" in (response.get("Allow") or ""), "Allow: GET",
                response)
    server.wait_for(f"{response.name} refused \\(405")
    if method == "HEAD":
        expect("body of the answer to HEAD", b"", response.body)
    else:
        check_refusal(response, 405)


@check("H4", "RFC 6455 4.2.1", "a request line with {}",
       cases={
           "HTTP/1.0 is 400": ("GET / HTTP/1.0", 400),
           "HTTP/2.0 is 505": ("GET / HTTP/2.0", 505),
           "HTTP/3.0 is 505": ("GET / HTTP/3.0", 505),
           "HTTP/0.9 is 505": ("GET / HTTP/0.9", 505),
           "HTTP/1.10 is 400": ("GET / HTTP/1.10", 400),
           "http/1.1 is 400": ("GET / http/1.1", 400),
           "no version is 400": ("GET /", 400),
           "no target is 400": ("GET HTTP/1.1", 400),
           "an empty target is 400": ("GET  HTTP/1.1", 400),
           "two spaces is 400": ("GET  / HTTP/1.1", 400),
           "a space at the end is 400": ("GET / HTTP/1.1 ", 400),
           "a space before it is 400": (" GET / HTTP/1.1", 400),
           "a method that is no token is 400": ("G@T / HTTP/1.1", 400),
           "a relative target is 400": ("GET raw HTTP/1.1", 400),
       })
def wrong_request_line(server, case):
    line, status = case
    expect_refusal(server, raw(line=line), status)


@check("H4", "RFC 9112 9.8", "the preface of HTTP/2 is 505")
def http2_preface(server):
    expect_refusal(
        server, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)


@check("H4", "RFC 6455 4.2.1", "HTTP/1.2 is accepted")
def later_version(server):
    server.open(version="HTTP/1.2").leave()


@check("H4", "RFC 9112 3.2.2", "a target in absolute form is accepted")
def absolute_target(server):
    server.open("http://localhost/raw").leave()
    server.open("http://localhost?x").leave()


@check("H8", "RFC 9110 4.2.4", "target {} is 400", cases={
    target: target for target in (
        "http://user@localhost/", "http://user:1@localhost/", "http://:80/",
        "http:///", "http://[::1/")})
def malformed_authority(server, target):
    expect_refusal(server, request(target), 400)


@check("H4", "RFC 9112 2.2", "an empty line before the request is ignored")
def empty_line_first(server):
    peer = server.connect()
    peer.send(b"\r\n" + request())
    peer.check_101()
    peer.leave()


@check("H8", "RFC 9112 3.2", "Host {} is 400", cases={
    "missing": {"Host": None},
    "twice": {"more": [("Host", "localhost")]},
    "with a space": {"Host": "local host"},
    "with a slash": {"Host": "localhost/"},
    "with a port that is none": {"Host": "localhost:x"},
})
def wrong_host(server, changed):
    expect_refusal(server, request(**changed), 400)


@check("H8", "RFC 9110 5.5", "{} in a header field is 400", cases={
    "NUL": b"X: a\0b\r\n",
    "bare CR": b"X: a\rb\r\n",
    "bare LF": b"X: a\nY: b\r\n",
    "a line ended by LF": b"X: a\n",
    "CR CR LF": b"X: a\r\r\n",
    "obs-fold": b"X: a\r\n b\r\n",
    "obs-fold by tab": b"X: a\r\n\tb\r\n",
    "space before the colon": b"X : a\r\n",
    "tab before the colon": b"X\t: a\r\n",
    "an empty name": b": a\r\n",
    "no colon": b"X\r\n",
    "a name that is no token": b"X(y): a\r\n",
    "a name over 127": b"X\xe9: a\r\n",
    "NUL in the name": b"X\0: a\r\n",
    "ESC": b"X: a\x1b[31m\r\n",
    "DEL": b"X: a\x7f\r\n",
})
def wrong_field(server, line):
    expect_refusal(server, raw(line), 400)


@check("H8", "RFC 9112 5.2", "a folded line behind the request line is 400")
def folded_first_line(server):
    expect_refusal(server, raw().replace(b"\r\nHost", b"\r\n Host"), 400)


@check("H8", "RFC 9112 2.2", "{} in the request line is 400", cases={
    "NUL": b"\0", "bare CR": b"\r", "bare LF": b"\n", "tab": b"\t",
    "ESC": b"\x1b"})
def control_in_request_line(server, byte):
    expect_refusal(server, request(b"/a" + byte + b"b"), 400)


@check("H9", "RFC 9112 6", "{} is 400 and the end", cases={
    "Content-Length: 5": [("Content-Length", "5")],
    "Content-Length: 005": [("Content-Length", "005")],
    "Content-Length: 0x0": [("Content-Length", "0x0")],
    "Content-Length: +0": [("Content-Length", "+0")],
    "Content-Length: -1": [("Content-Length", "-1")],
    "Content-Length: 2^64": [("Content-Length", "18446744073709551616")],
    "an empty Content-Length": [("Content-Length", "")],
    "Content-Length 0 and 5": [("Content-Length", "0"),
                               ("Content-Length", "5")],
    "Transfer-Encoding: chunked": [("Transfer-Encoding", "chunked")],
    "Transfer-Encoding: identity": [("Transfer-Encoding", "identity")],
    "both": [("Content-Length", "0"), ("Transfer-Encoding", "chunked")],
})
def with_body(server, more):
    expect_refusal(server, request(more=more) + b"hello", 400)


@check("H9", "RFC 9112 6.2", "Content-Length: 0 is accepted")
def empty_body(server):
    server.open(more=[("Content-Length", "0")]).leave()


@check("H11", "RFC 3986 3.3", "target {} is 400", cases={
    each: each for each in (
        "/..", "/../etc/passwd", "/a/../b", "/a/..", "/%2e%2e/", "/.%2E/a",
        "/a/%2e.", "/..?x", "/%00", "/a%00b", "/a/..%2f..%2f", "/%2f..",
        "/a#b")})
def wrong_target(server, target):
    expect_refusal(server, request(target), 400)


@check("H11", "RFC 3986 3.3", "target {} is accepted", cases={
    each: each for each in ("/a..b", "/...", "/..a", "/a../", "/?..",
                            "/a?x=/../", "/%20", "/a%2Fb")})
def good_target(server, target):
    server.open(target).leave()


@check("H13", "RFC 6455 4.2.2", "frames in the request's segment are handled")
def frames_at_once(server):
    peer = server.connect()
    peer.send(request() + text("one") + text("x" * 20000) + close())
    peer.check_101()
    peer.expect_message(TEXT, "one")
    peer.expect_message(TEXT, "x" * 20000)
    peer.expect_close(1000)
    peer.expect_end()


@check("H13", "RFC 6455 4.2.2", "a handshake cut anywhere is the same")
def cut_anywhere(server):
    data = request() + text("hi") + close()
    for position in range(1, len(data), 7):
        peer = server.connect()
        peer.send(data[:position])
        time.sleep(0.002)
        peer.send(data[position:])
        expect_hi_and_close(peer)


@check("H13", "RFC 6455 4.2.2", "a handshake byte by byte is the same")
def byte_by_byte(server):
    peer = server.connect()
    peer.send_slowly(request() + text("hi") + close())
    expect_hi_and_close(peer)


def expect_hi_and_close(peer):
    peer.check_101()
    peer.expect_message(TEXT, "hi")
    peer.expect_close(1000)
    peer.expect_end()
    peer.close()


@check("H13", "tungstenite CVE-2023-43669",
       "a 16 KiB head byte by byte costs linear time")
def long_head_byte_by_byte(server):
    peer = server.connect()
    before = server.processor_seconds()
    peer.send_slowly(padded_request(16000))
    peer.check_101()
    used = server.processor_seconds() - before
    if not server.is_sanitized():
        expect_between("seconds of processor time", 0, 1, used)


@check("H14", "INTERFACE --send-timeout",
       "who never reads its 101 is dropped at the send deadline",
       options=["--send-timeout=1"])
def never_reads_101(server):
    peer = server.connect(receive_buffer=4096)
    peer.send(request())
    with Stopwatch() as watch:
        peer.stuff(text("x" * 65000))
        end = server.expect_end(peer, 1006, "server", 5)
    expect("reason", "send timeout", end.reason)
    expect_seconds("until dropped", 0.95, 2.5, watch)
