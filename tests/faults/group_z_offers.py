# SPDX-License-Identifier: MIT
"""Group Z: offers of compression (RFC 7692 section 7.1)."""

from checks import check, expect, expect_that
from deflate import OFFER, DeflatePeer, compressed
from group_z import HELLO, opened

BAD_BITS = ("", "0", "7", "16", "015", "08", "+9", "-9", "9.0", "0x9", "9a",
            "99", "4294967305", "4294967311", "18446744073709551625", '"7"',
            '"16"', '""', '"+9"')
BAD_OFFERS = [
    *(f"{OFFER}; {side}_max_window_bits={bits}"
      for side in ("server", "client") for bits in BAD_BITS),
    *(f"{OFFER}; {one}; {one}" for one in (
        "server_no_context_takeover", "client_no_context_takeover",
        "server_max_window_bits=9", "client_max_window_bits=9",
        "client_max_window_bits")),
    *(f"{OFFER}; {parameter}" for parameter in (
        "server_max_window_bits", "server_no_context_takeover=1",
        "client_no_context_takeover=true", "server_no_context_takeover=",
        'client_no_context_takeover=""', "unknown", "unknown=1",
        "server_max_window_bits=9; server_max_window_bits=10",
        "client_max_window_bits; client_max_window_bits=9",
        "client_max_window_bits=9, ;", "; unknown", "=9", "server max",
        'server_max_window_bits="9', "server_max_window_bits='9'",
        'server_max_window_bits="9"9', "server_max_window_bits=9=9", "@")),
    "permessage", "permessage-deflate2", "x-webkit-deflate-frame", ";", "=",
    f'"{OFFER}"', f"{OFFER} {OFFER}", f"{OFFER};", f"; {OFFER}",
    f"{OFFER}=1", "permessage-\xe9deflate",
]


def expect_plain(server, offer):
    """A 101 without compression, which then is an error."""
    peer = server.connect(DeflatePeer)
    expect("the answer", None, peer.ask(offer))
    peer.echo()
    peer.send(compressed(HELLO))
    peer.expect_failure(1002)


@check("Z3", "RFC 7692 7.1", "{} is declined", cases={
    offer.encode("unicode_escape").decode(): offer for offer in BAD_OFFERS})
def declined(server, offer):
    expect_plain(server, offer)


@check("Z3", "RFC 7692 7.1", "{} are declined", cases={
    "100 offers": ", ".join([OFFER] * 100),
    "100 offers that are the same but for their last": ", ".join(
        [f"{OFFER}; unknown"] * 99 + [OFFER]),
    "4000 commas": "," * 4000,
    "1000 parameters": OFFER + "; x" * 1000,
    "30 bad offers": ", ".join([f"{OFFER}; server_max_window_bits=7"] * 30),
})
def too_many(server, offer):
    spent = server.processor_seconds()
    expect_plain(server, offer)
    expect_that(server.processor_seconds() - spent < 1, "linear time", spent)


@check("Z3", "RFC 7692 7.1", "{} is accepted", cases={
    offer: offer for offer in (
        OFFER, f"{OFFER}; server_max_window_bits=15", f", ,{OFFER},",
        f'{OFFER}; server_max_window_bits="10"', f"unknown; x=1, {OFFER}",
        f"{OFFER}; server_max_window_bits=7, {OFFER}",
        f"{OFFER};client_max_window_bits ;\tserver_no_context_takeover")})
def accepted(server, offer):
    peer = opened(server, offer)
    peer.echo_compressed()
    peer.leave()


@check("Z3", "INTERFACE --no-deflate", "--no-deflate declines all",
       options=["--no-deflate"])
def switched_off(server):
    expect_plain(server, OFFER)
