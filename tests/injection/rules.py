# SPDX-License-Identifier: MIT
"""Injections in force, and what they allow to go wrong."""

from faults import Fault, Injection, functions

NO_FAULT = ()
NEVER = 1 << 62


class Rules:
    """Injections in force while a with statement lasts.

    For threads that come then and the main one; with since=0 for all.
    """

    def __init__(self, failing, injections, since=None):
        self.failing = failing
        self.injections = injections
        self.since = since

    def __enter__(self):
        self.rules = [
            self.failing.let(
                each.fault.function, each.first, each.last,
                error=each.fault.error, room=each.fault.room,
                since=self.since)
            for each in self.injections]
        return self

    def __exit__(self, *error):
        self.calls = list(map(self.failing.calls, self.rules))
        self.failed = sum(map(self.failing.failed, self.rules))
        self.failing.forget()


def counting():
    """Injections that count the calls of each function."""
    return [Injection(Fault(name), NEVER) for name in functions()]


def are_harmless(injections):
    """Whether nobody may notice them."""
    return all(each.fault.is_harmless for each in injections)


def are_of_log(injections):
    """Whether lines may be missing."""
    return any(each.fault.function in ("write", "poll")
               for each in injections)


def are_of_peer(injections):
    """Whether the peer may have gone: who has heard nothing goes untold."""
    return any(each.fault.function in ("recv", "send", "sendmsg")
               for each in injections)
