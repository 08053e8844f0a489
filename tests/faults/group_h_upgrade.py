# SPDX-License-Identifier: MIT
"""Group H, the opening handshake: what a request to upgrade says."""

from checks import Stopwatch, check, expect, expect_seconds, expect_that
from group_h import check_refusal, expect_refusal
from peer import FIELDS, KEY, request


def expect_upgrade_required(response):
    expect_that(response.has_token("Upgrade", "websocket"),
                "Upgrade: websocket", response)
    expect_that(response.has_token("Connection", "Upgrade"),
                "Connection: Upgrade", response)
    expect("Sec-WebSocket-Version", "13",
           response.get("Sec-WebSocket-Version"))


@check("H5", "RFC 6455 4.2.1", "{} is 426", cases={
    "no Upgrade": {"Upgrade": None},
    "no Connection": {"Connection": None},
    "Upgrade: h2c": {"Upgrade": "h2c"},
    "Upgrade: websocketx": {"Upgrade": "websocketx"},
    "Connection: keep-alive": {"Connection": "keep-alive"},
    "a plain GET": {name.replace("-", "_"): None
                    for name in FIELDS if name != "Host"},
})
def no_upgrade(server, changed):
    response = expect_refusal(server, request("/raw", **changed), 426)
    expect_upgrade_required(response)


@check("H5", "RFC 6455 4.2.1", "a plain GET of / is the page or 426")
def plain_get(server):
    response = server.ask(request("/", Upgrade=None, Connection=None))
    if response.status != 200:
        check_refusal(response, 426)
        expect_upgrade_required(response)


@check("H5", "RFC 6455 4.2.1", "{} is accepted", cases={
    "Upgrade: WebSocket": {"Upgrade": "WebSocket"},
    "a list in Upgrade": {"Upgrade": "h2c, websocket"},
    "a list in Connection": {"Connection": "keep-alive, Upgrade"},
    "Connection: UPGRADE": {"Connection": "UPGRADE"},
    "Connection: , ,upgrade ,": {"Connection": ", ,upgrade ,"},
})
def unusual_upgrade(server, changed):
    server.open(**changed).leave()


@check("H5", "RFC 9110 5.3", "Connection in two fields is accepted")
def two_connections(server):
    server.open(Connection="keep-alive",
                more=[("connection", "upgrade")]).leave()


@check("H6", "RFC 6455 4.2.2", "version {} is 426", cases={
    each: each for each in ("12", "14", "8", "0", "013", "+13", "13.0", "x",
                            "113", "-13", "13x")})
def wrong_version(server, version):
    response = expect_refusal(
        server, request(Sec_WebSocket_Version=version), 426)
    expect_upgrade_required(response)


@check("H6", "RFC 6455 4.2.2", "a version {} is 400 or 426", cases={
    "missing": {"Sec_WebSocket_Version": None},
    "that is empty": {"Sec_WebSocket_Version": ""},
    "given twice": {"more": [("Sec-WebSocket-Version", "13")]},
    "list": {"Sec_WebSocket_Version": "13, 8"},
})
def unclear_version(server, changed):
    response = server.ask(request(**changed))
    expect_that(response.status in (400, 426), "400 or 426", response)
    if response.status == 426:
        expect_upgrade_required(response)


@check("H7", "RFC 6455 4.2.1", "key {} is 400", cases={
    "missing": {"Sec_WebSocket_Key": None},
    "empty": {"Sec_WebSocket_Key": ""},
    "twice": {"more": [("Sec-WebSocket-Key", KEY)]},
    "twice and different":
        {"more": [("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")]},
    "of 15 bytes": {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAA"},
    "of 17 bytes": {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAAA="},
    "of 18 bytes": {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAAAA"},
    "of 1000 bytes": {"Sec_WebSocket_Key": "A" * 1332 + "=="},
    "with a letter behind": {"Sec_WebSocket_Key": KEY + "A"},
    "with another behind": {"Sec_WebSocket_Key": KEY + ", " + KEY},
    "without padding": {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA"},
    "with a space": {"Sec_WebSocket_Key": "AAAAAAAAAA AAAAAAAAAAA=="},
    "with a letter of base64url":
        {"Sec_WebSocket_Key": "AAAAAAAAAA-AAAAAAAAAAA=="},
    "with = in the middle":
        {"Sec_WebSocket_Key": "AAAAAAAAAA=AAAAAAAAAAA=="},
    "with bytes over 127":
        {"Sec_WebSocket_Key": b"AAAAAAAAAA\xffAAAAAAAAAAA=="},
})
def wrong_key(server, changed):
    expect_refusal(server, request(**changed), 400)


GOOD_ORIGIN = ["--origin=http://good.example", "--origin=https://a.example:8"]


@check("H10", "RFC 6455 10.2", "Origin {} is 403", options=GOOD_ORIGIN, cases={
    each: each for each in (
        "http://evil.example", "https://good.example", "null", "good.example",
        "http://good.example:80", "http://good.example.evil.example",
        "http://good.exampl", "http://good.example/", "https://a.example",
        "http://xgood.example", "http://good.example, http://good.example",
        "")})
def foreign_origin(server, origin):
    expect_refusal(server, request(Origin=origin), 403)


@check("H10", "RFC 6455 10.2", "two Origins are refused", options=GOOD_ORIGIN)
def two_origins(server):
    origin = ("Origin", "http://good.example")
    response = server.ask(request(more=[origin, origin]))
    expect_that(response.status in (400, 403), "400 or 403", response)


@check("H10", "RFC 6455 10.2", "Origin {} is accepted",
       options=GOOD_ORIGIN, cases={
           "http://good.example": "http://good.example",
           "https://a.example:8": "https://a.example:8",
           "HTTP://Good.Example": "HTTP://Good.Example",
           "none": None})
def good_origin(server, origin):
    server.open(Origin=origin).leave()


@check("H10", "RFC 6455 10.2", "any Origin is accepted without --origin")
def any_origin(server):
    server.open(Origin="http://evil.example").leave()


@check("H10", "INTERFACE Log", "a foreign Origin is logged escaped",
       options=GOOD_ORIGIN)
def escaped_origin(server):
    origin = b'http://evil"\xc2\x9b\xe2\x80\xae\xff.example'
    response = expect_refusal(server, request(Origin=origin), 403)
    line = server.find(f"{response.name} refused")[0]
    expect_that(
        r"http://evil\x22\xc2\x9b\xe2\x80\xae\xff.example" in line,
        "the Origin escaped in the line", line)


SUBPROTOCOLS = ["--subprotocol=chat", "-s", "v2.example"]


@check("H12", "RFC 6455 4.2.2", "subprotocol {}",
       options=SUBPROTOCOLS, cases={
           "unknown is not selected": ("other", None),
           "in another case is not selected": ("CHAT", None),
           "known is selected": ("chat", "chat"),
           "that the client likes best is selected":
               ("x, v2.example,chat", "v2.example")})
def subprotocol(server, case):
    offer, selected = case
    peer = server.connect()
    peer.send(request(Sec_WebSocket_Protocol=offer))
    response = peer.check_101()
    expect("subprotocol", selected, response.get("Sec-WebSocket-Protocol"))
    peer.leave()


@check("H12", "RFC 6455 4.2.2", "an offer in two fields is one list",
       options=SUBPROTOCOLS)
def two_offers(server):
    peer = server.connect()
    offers = [("Sec-WebSocket-Protocol", "chat")]
    peer.send(request(Sec_WebSocket_Protocol="x", more=offers))
    expect("subprotocol", "chat",
           peer.check_101().get("Sec-WebSocket-Protocol"))


@check("H12", "RFC 6455 4.2.2", "an offer is ignored without --subprotocol")
def no_subprotocols(server):
    peer = server.connect()
    peer.send(request(Sec_WebSocket_Protocol="chat"))
    expect("subprotocol", None,
           peer.check_101().get("Sec-WebSocket-Protocol"))


@check("H12", "RFC 6455 4.1", "{} is 400", options=SUBPROTOCOLS, cases={
    "33 subprotocols": ",".join(f"p{n}" for n in range(33)),
    "a subprotocol twice": "chat, chat",
    "a subprotocol with a space": "chat x",
    "a subprotocol in quotes": '"chat"',
})
def wrong_offer(server, offer):
    expect_refusal(server, request(Sec_WebSocket_Protocol=offer), 400)


@check("H12", "RFC 6455 4.2.2", "32 subprotocols are accepted",
       options=SUBPROTOCOLS)
def most_subprotocols(server):
    offer = ", ".join(f"p{n}" for n in range(31)) + ", chat"
    server.open(Sec_WebSocket_Protocol=offer).leave()


@check("H12", "RFC 9110 5.6.1", "10k commas cost nothing",
       options=SUBPROTOCOLS)
def many_commas(server):
    peer = server.connect()
    with Stopwatch() as watch:
        peer.send(request(Sec_WebSocket_Protocol="," * 10000))
        response = peer.receive_head()
    expect_that(response.status in (101, 400), "101 or 400", response)
    expect("subprotocol", None, response.get("Sec-WebSocket-Protocol"))
    expect_seconds("taken", 0, 0.2, watch)


@check("H12", "RFC 6455 9.1",
       "extensions unknown or malformed get a plain 101",
       cases={each: each for each in (
           "x-frob", "permessage-deflate; server_max_window_bits=99", "", ";;",
           ",".join(["permessage-frob"] * 100))})
def unknown_extension(server, offer):
    peer = server.connect()
    peer.send(request(Sec_WebSocket_Extensions=offer))
    response = peer.receive_head()
    expect("status", 101, response.status)
    expect("extensions", None, response.get("Sec-WebSocket-Extensions"))
