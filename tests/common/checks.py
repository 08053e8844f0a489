# SPDX-License-Identifier: MIT
"""The register of checks, and what they use to say what is wrong."""

import os
import time

CHECKS = []
# Seconds that something may take longer than it would on an idle machine.
SLACK = float(os.environ.get("TEST_SLACK", "1"))


class Check:
    """One named expectation; rest is as check has it."""

    def __init__(self, row, section, title, function, **rest):
        self.row = row
        self.section = section
        self.title = title
        self.function = function
        self.options = rest["options"]
        self.slow = rest["slow"]
        self.fails = rest["fails"]
        self.over = rest["over"]


class Skip(Exception):
    """What the check needs is not there."""


def check(row, section, title, cases=None, **rest):
    """Registers a function of a server, once or once for each case.

    The title of a case has its name for {}. The options are the server's;
    with options=None the function gets no server and starts its own. With
    fails=True the server has calls that can be let fail (failing.py). over
    tells over which schemes it makes sense.
    """
    rest = {"options": (), "slow": False, "fails": False,
            "over": ("ws", "wss"), **rest}

    def register(function):
        if cases is None:
            CHECKS.append(Check(row, section, title, function, **rest))
        for name, value in (cases or {}).items():
            CHECKS.append(Check(
                row, section, title.format(name),
                lambda server, value=value: function(server, value), **rest))
        return function

    return register


def expect(what, expected, got):
    """Fails unless both are equal."""
    if expected != got:
        raise AssertionError(
            f"{what}: expected {short(expected)}, got {short(got)}")


def expect_that(condition, what, got):
    """Fails, telling what was expected and what came, unless true."""
    if not condition:
        raise AssertionError(f"expected {what}, got {short(got)}")


def expect_between(what, low, high, got):
    """Fails unless low <= got <= high."""
    if not low <= got <= high:
        raise AssertionError(f"{what}: expected {low} to {high}, got {got:.3f}")


def expect_seconds(what, low, high, watch):
    """Fails unless a stopwatch shows so many, or on a busy machine more."""
    expect_between(f"seconds {what}", low, high + SLACK, watch.seconds)


def short(value):
    """A value on one line, cut."""
    text = repr(value)
    return text if len(text) <= 300 else text[:300] + "..."


def wait_until(condition, seconds):
    """Polls until the condition is true; returns whether it became so."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


class Stopwatch:
    """Measures the seconds that a with statement took."""

    def __enter__(self):
        self.start = time.monotonic()
        self.seconds = 0.0
        return self

    def __exit__(self, *error):
        self.seconds = time.monotonic() - self.start
