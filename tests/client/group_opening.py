# SPDX-License-Identifier: MIT
"""What the client must survive until a connection is open (FAULTS.md)."""

import contextlib
import select
import socket
import tempfile
import time

from checks import Skip, Stopwatch, check, expect, expect_between
from checks import expect_that
from program import expect_run
from rogue import Rogue, refuse_with


def expect_refusal(serve, *words, options=()):
    """Exit status 5, nothing on stdout, and these words on stderr."""
    with Rogue(serve) as rogue:
        result = expect_run(5, b"", "-x", "hello", rogue.url, *options)
    for word in words:
        expect_that(word in result.errors, word, result.errors)
    return result


@check("K1", "RFC 6455 4.1", "a 101 with {} fails, named", cases={
    "no Upgrade": ("Upgrade", {"Upgrade": None}),
    "another Upgrade": ("Upgrade", {"Upgrade": "h2c"}),
    "no Connection": ("Connection", {"Connection": None}),
    "another Connection": ("Connection", {"Connection": "close"}),
    "no Accept": ("Sec-WebSocket-Accept", {"Sec_WebSocket_Accept": None}),
    "another Accept": ("Sec-WebSocket-Accept", {
        "Sec_WebSocket_Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="})})
def bad_101(_, case):
    def serve(guest):
        guest.open(**case[1])

    expect_refusal(serve, "101", case[0])


@check("K1", "RFC 6455 4.1", "status {}: shown, with its body", cases={
    "200": "200 OK", "401": "401 Unauthorized", "404": "404 Not Found",
    "500": "500 Sorry", "426": "426 Upgrade Required"})
def other_status(_, status):
    def serve(guest):
        guest.receive_request()
        guest.answer(status, Content_Length="4")
        guest.send(b"why?")

    expect_refusal(serve, status, "\nwhy?\n")


@check("K1", "RFC 9110 15.2", "{} before the answer is passed over", cases={
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "103": b"HTTP/1.1 103 Early Hints\r\nLink: </>; rel=preload\r\n\r\n"})
def interim_response(_, response):
    def serve(guest):
        guest.receive_request()
        guest.send(response)
        guest.answer()
        guest.leave()

    with Rogue(serve) as rogue:
        expect_run(0, b"", rogue.url)


@check("K1", "RFC 9112 6.3", "a body {}", cases={
    "up to the end of the stream": b"HTTP/1.1 400 No\r\n\r\n" + b"why\n" * 99,
    "that is not as long as announced":
        b"HTTP/1.1 400 No\r\nContent-Length: 999999\r\n\r\n" + b"why\n" * 99})
def long_body(_, response):
    result = expect_refusal(refuse_with(response))
    expect("lines of the body", 99, result.errors.count("why\n"))


CHUNKED = b"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n"


@check("K1", "RFC 9112 7.1", "chunks {}", cases={
    "are put together":
        (b"5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n", "hello world"),
    "beat a length": (b"2\r\nhi\r\n0\r\nX: y\r\n\r\n", "hi"),
    "malformed: what came before it": (b"5\r\nhello\r\nx\r\n", "hello")})
def chunks(_, case):
    body, shown = case

    def serve(guest):
        guest.receive_request()
        guest.send(CHUNKED.replace(b"Tr", b"Content-Length: 99\r\nTr"), body)
        guest.expect_end()

    with Stopwatch() as watch:
        result = expect_refusal(serve)
    expect("errors", f"wsclient: handshake refused: 403 No\n{shown}\n",
           result.errors)
    expect_between("seconds", 0, 1.5, watch.seconds)


@check("K1", "RFC 9112 7.1", "chunks without end are cut")
def endless_chunks(_):
    def serve(guest):
        guest.receive_request()
        guest.send(CHUNKED)
        with contextlib.suppress(OSError):
            while True:
                guest.send(b"1\r\nx\r\n" * 1000)

    result = expect_refusal(serve)
    expect_between("bytes", 60000, 80000, len(result.errors))


@check("K1", "RFC 9112 6.3", "a body without end is cut")
def endless_body(_):
    def serve(guest):
        guest.receive_request()
        guest.send(b"HTTP/1.1 400 No\r\n\r\n")
        with contextlib.suppress(OSError):
            while True:
                guest.send(b"x" * 65536)

    result = expect_refusal(serve)
    expect_between("bytes", 60000, 80000, len(result.errors))


@check("K1", "RFC 6455 4.1", "{} is no WebSocket server", cases={
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "TLS": b"\x15\x03\x01\0\x02\x02\n",
    "HTTP/0.9": b"<html>\r\n\r\n", "noise": bytes(range(256))})
def no_http(_, data):
    expect_refusal(refuse_with(data), "no WebSocket server")


@check("K1", "RFC 6455 4.1", "-v shows the head of a refusal")
def verbose_refusal(_):
    expect_refusal(
        refuse_with(b"HTTP/1.1 403 No\r\nX-Why: not\r\nSet-Cookie: a\r\n\r\n"),
        "> GET / HTTP/1.1\n", "< HTTP/1.1 403 No\n< X-Why: not\n",
        "< Set-Cookie: (hidden)\n", options=["-v"])


@check("K2", "RFC 6455 4.1", "{} fails", cases={
    "a subprotocol never asked for":
        ([], {"Sec_WebSocket_Protocol": "chat"}),
    "another subprotocol": (["-s", "a"], {"Sec_WebSocket_Protocol": "b"}),
    "two subprotocols": (["-s", "a", "-s", "b"],
                         {"Sec_WebSocket_Protocol": "a, b"}),
    "an unknown extension": ([], {"Sec_WebSocket_Extensions": "x-unheard"}),
    "an extension not offered":
        (["--no-deflate"], {"Sec_WebSocket_Extensions": "permessage-deflate"}),
})
def never_asked_for(_, case):
    options, fields = case

    def serve(guest):
        guest.open(**fields)

    name = next(iter(fields)).replace("_", "-")
    expect_refusal(serve, name, options=options)


@check("K3", "FAULTS", "{} fails at 16 KiB", cases={
    "a line without end": b"HTTP/1.1 101 " + b"x" * 17000,
    "fields without end":
        b"HTTP/1.1 101 OK\r\n" + b"X: " + b"x" * 6000 + b"\r\n" +
        b"X: " + b"x" * 6000 + b"\r\n" + b"X: " + b"x" * 6000})
def huge_head(_, data):
    """No more than that comes, nor does the end."""
    def serve(guest):
        guest.receive_request()
        with contextlib.suppress(OSError):
            guest.send(data)
            guest.expect_end()

    expect_refusal(serve)


@check("K3", "FAULTS", "a head that drips ends at --connect-timeout")
def dripping_head(_):
    def serve(guest):
        guest.receive_request()
        with contextlib.suppress(OSError):
            for byte in b"HTTP/1.1 101 Switching Protocols\r\n" * 10:
                guest.send(bytes([byte]))
                time.sleep(0.05)

    with Rogue(serve) as rogue, Stopwatch() as watch:
        expect_run(7, b"", "--connect-timeout=1", rogue.url)
    expect_between("seconds", 0.9, 8, watch.seconds)


@check("K4", "FAULTS", "a redirect is shown and not followed: {}", cases={
    status: status for status in ("301", "302", "303", "307", "308")})
def redirect(_, status):
    response = f"HTTP/1.1 {status} Moved\r\nLocation: ws://there/\x1b\r\n\r\n"
    with Rogue(refuse_with(response.replace("\x1b", "x").encode())) as rogue:
        result = expect_run(5, b"", rogue.url)
        expect("connections", 1, rogue.guests)
    expect_that(f"refused: {status} Moved\nLocation: ws://there/x\n"
                in result.errors, "the Location", result.errors)


@check("K9", "FAULTS", "CR LF in {}: usage, and nothing is sent", cases={
    "the URL": ["URL/a\r\nX: y"], "a header": ["URL", "-H", "A: b\r\nX: y"],
    "a header's name": ["URL", "-H", "A\r\nX: y"],
    "a subprotocol": ["URL", "-s", "a\r\nX: y"],
    "an origin": ["URL", "-o", "http://a\r\nX: y"],
    "a proxy": ["URL", "--proxy=http://a\r\nX: y"]})
def injected(_, arguments):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"ws://127.0.0.1:{server.getsockname()[1]}"
        result = expect_run(
            2, b"", *[each.replace("URL", url) for each in arguments])
        server.settimeout(0.2)
        with contextlib.suppress(TimeoutError):
            server.accept()
            raise AssertionError("the client connects all the same")
    expect("lines of errors", 1, result.errors.count("\n"))


@check("K9", "FAULTS", "CR in a header of a file: usage, and nothing is sent")
def injected_by_file(_):
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"A: b\rX: y\n")
        file.flush()
        injected(None, ["URL", "-H", "@" + file.name])


@contextlib.contextmanager
def dead_server(address):
    """Listens, and takes no connection: its queue is full."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    queued = []
    with socket.socket(family) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(address)
        server.listen(0)
        for _ in range(3):
            each = socket.socket(family)
            each.setblocking(False)
            each.connect_ex(server.getsockname())
            queued.append(each)
        try:
            yield server.getsockname()[1]
        finally:
            for each in queued:
                each.close()


@check("K10", "RFC 8305 5", "the first address is dead: the next one answers")
def dead_address(_):
    def serve(guest):
        guest.open()
        guest.leave()

    with Rogue(serve) as rogue:
        try:
            with dead_server(("::1", rogue.port)), Stopwatch() as watch:
                expect_run(0, b"", f"ws://localhost:{rogue.port}")
        except OSError as error:
            raise Skip(f"no such server: {error}") from None
    expect_between("seconds", 0.2, 5, watch.seconds)


@check("K10", "RFC 8305 5", "the first address refuses: the next one at once")
def refusing_address(_):
    def serve(guest):
        guest.open()
        guest.leave()

    with Rogue(serve) as rogue:
        expect_run(0, b"", f"ws://localhost:{rogue.port}")


@check("K10", "FAULTS", "all addresses dead: 7 at --connect-timeout")
def all_dead(_):
    with dead_server(("127.0.0.1", 0)) as port, Stopwatch() as watch:
        expect_run(7, b"", "--connect-timeout=1", f"ws://127.0.0.1:{port}")
    expect_between("seconds", 0.9, 10, watch.seconds)


def proxy_to(target, heads):
    """An HTTP proxy for one connection."""
    def serve(guest):
        guest.receive_request()
        heads.append(guest.head.decode())
        with socket.create_connection(("127.0.0.1", target)) as server:
            guest.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            server.settimeout(5)
            relay(guest.socket, server)

    return serve


def relay(one, other):
    while True:
        for ready in select.select([one, other], [], [], 5)[0]:
            data = ready.recv(65536)
            if not data:
                return
            (other if ready is one else one).sendall(data)


@check("K10", "RFC 9110 9.3.6", "through a proxy given by {}", cases={
    "--proxy": (["--proxy=PROXY"], {}),
    "--proxy without scheme": (["--proxy=HOST"], {}),
    "http_proxy": ([], {"http_proxy": "PROXY"}),
    "all_proxy": ([], {"all_proxy": "PROXY"}),
    "a user in http_proxy":
        ([], {"http_proxy": "http://us%65r:pass@HOST"})})
def through_proxy(_, case):
    def serve(guest):
        guest.open()
        expect("Host", b"name.test", guest.field("Host"))
        guest.leave()

    options, variables = case
    heads = []
    with Rogue(serve) as rogue, \
            Rogue(proxy_to(rogue.port, heads)) as proxy:
        host = proxy.url[len("ws://"):]

        def fill(text):
            return text.replace("PROXY", "http://HOST").replace("HOST", host)

        expect_run(0, b"", "ws://name.test", *map(fill, options),
                   **{name: fill(variables[name]) for name in variables})
    lines = heads[0].split("\r\n")
    expect("request", ["CONNECT name.test:80 HTTP/1.1", "Host: name.test:80"],
           lines[:2])
    expect("authorization", "user" in str(variables) or "us%" in
           str(variables), "Proxy-Authorization: Basic dXNlcjpwYXNz" in lines)


@check("K10", "INTERFACE wsclient", "no proxy for {}", cases={
    "this machine": {"http_proxy": "PROXY"},
    "this machine, capitals": {"ALL_PROXY": "PROXY"}})
def past_proxy(_, variables):
    def serve(guest):
        guest.open()
        guest.leave()

    with Rogue(serve) as rogue:
        expect_run(0, b"", rogue.url,
                   **{name: "http://127.0.0.1:1" for name in variables})


@check("K10", "RFC 9110 9.3.6", "a proxy that {}", cases={
    "refuses": (3, b"HTTP/1.1 407 Who are you\r\n\r\n",
                "the proxy refused: 407 Who are you\n"),
    "is none": (3, b"nonsense\r\n\r\n", "no answer from the proxy"),
    "leaves": (3, b"", "no answer from the proxy"),
    "says more": (3, b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101", "more"),
})
def bad_proxy(_, case):
    status, response, why = case
    with Rogue(refuse_with(response)) as proxy:
        result = expect_run(status, b"", "ws://name.test",
                            "--proxy=http://" + proxy.url[len("ws://"):])
    expect_that(why in result.errors, why, result.errors)


@check("K10", "FAULTS", "a proxy that says nothing: 7 at --connect-timeout")
def silent_proxy(_):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        expect_run(
            7, b"", "--connect-timeout=1", "ws://name.test",
            f"--proxy=127.0.0.1:{silent.getsockname()[1]}")
