# SPDX-License-Identifier: MIT
"""Asks for a page, and judges what every answer in plain HTTP must be."""

import email.utils
import time

from checks import expect, expect_that
from peer import request

NO_UPGRADE = {name: None for name in (
    "Upgrade", "Connection", "Sec_WebSocket_Key", "Sec_WebSocket_Version")}


def check_date(response):
    date = email.utils.parsedate_to_datetime(response.get("Date"))
    expect_that(abs(date.timestamp() - time.time()) < 60,
                "the time of day", response.get("Date"))


def check_response(response, method):
    expect("Connection", True, response.has_token("Connection", "close"))
    check_date(response)
    length = response.get("Content-Length")
    if response.status == 204:
        expect("Content-Length", None, length)
        expect("body", b"", response.body)
    elif method == "HEAD":
        expect("body", b"", response.body)
    else:
        expect("Content-Length", str(len(response.body)), length)


def ask(server, target, method="GET", more=(), **changed):
    """The response to a request that asks for no upgrade."""
    changed = {**NO_UPGRADE, **changed}
    response = server.ask(request(target, method, more=more, **changed))
    check_response(response, method)
    return response


def check_refusal(response, status):
    """One line of text that says why."""
    expect("status", status, response.status)
    expect("type", "text/plain; charset=utf-8",
           response.get("Content-Type"))
    lines = response.body.decode().split("\n")
    expect_that(len(lines) == 2 and lines[0] and not lines[1],
                "one line", response.body)
