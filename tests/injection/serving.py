# SPDX-License-Identifier: MIT
"""Faults in a server, one after the other, while it serves clients."""

import time

from checks import expect, expect_between, expect_that
from faults import functions
from rules import (NO_FAULT, Rules, are_harmless, are_of_log, are_of_peer,
                   counting)
from scenarios import lines_about
from server import LINE, Server, Usage

PATIENCE = 5


def wait_quickly(condition, seconds=PATIENCE):
    """As wait_until, for what takes no time as a rule."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.0003)
    return True


class Serving:
    """A server that a talk is held with again and again."""

    slack = 0  # blocks of memory that may come and go

    def __init__(self, talk):
        self.talk = talk
        self.name = talk.name

    def __enter__(self):
        self.server = Server(*self.talk.options, fails=True,
                             scheme=self.talk.scheme)
        self.usage = Usage(self.server.pid)
        for _ in range(3):
            self.serve_next()
            self.run_once(NO_FAULT)
        self.blocks = self.server.failing.blocks()
        return self

    def __exit__(self, kind, *error):
        try:
            if kind is None:
                expect("exit status", 0, self.server.terminate())
        finally:
            self.server.__exit__(kind, *error)

    def count(self):
        """How many calls of each function the talk makes."""
        rules = self.run_once(counting())[2]
        return dict(zip(functions(), rules.calls))

    def run_once(self, injections):
        """Returns the peer, the outcome, and the rules as they were met."""
        server = self.server
        with Rules(server.failing, injections) as rules:
            peer = self.talk.connect(server)
            outcome = self.talk.hold(peer)
            server.drop_peers()
            self.settle()
        return peer, outcome, rules

    def settle(self):
        def is_back():
            now = Usage(self.server.pid)
            return (now.threads, now.descriptors) == (
                self.usage.threads, self.usage.descriptors)

        expect_that(wait_quickly(is_back), "threads and descriptors back",
                    vars(Usage(self.server.pid)))

    def inject(self, injections):
        """Returns how many calls failed; raises what is wrong then."""
        peer, outcome, rules = self.run_once(injections)
        self.judge(injections, outcome)
        self.judge_log(injections, peer, outcome)
        self.expect_blocks()
        self.serve_next()
        self.server.log.clear()
        return rules.failed

    def judge(self, injections, outcome):
        if are_harmless(injections):
            self.talk.expect_whole(outcome)
            return
        codes = {1011}
        if any(each.fault.function == "inflate" for each in injections):
            codes.add(1007)
        self.talk.expect_part(outcome, codes)

    def judge_log(self, injections, peer, outcome):
        """One line about the end, and no other one torn."""
        def lines():
            return len(lines_about(self.server, peer))

        least = 1 if self.talk.is_logged else 0
        if are_of_log(injections) or (
                outcome.status is None and are_of_peer(injections)):
            least = 0
        wait_quickly(lambda: lines() >= least, 2)
        expect_between("lines about the end", least, 1, lines())
        if not are_of_log(injections):
            bad = [line for line in list(self.server.log)
                   if not LINE.fullmatch(line)]
            expect("malformed lines", [], bad)

    def expect_blocks(self):
        def is_back():
            return self.server.failing.blocks() <= most

        most = self.blocks + self.slack
        expect_that(wait_quickly(is_back, 2), f"at most {most} blocks",
                    self.server.failing.blocks())

    def serve_next(self):
        """Another client is served as ever, and told of in the log."""
        peer = self.server.connect(source="127.0.0.8").open()
        peer.echo()
        peer.leave()
        expect_that(wait_quickly(lambda: lines_about(self.server, peer), 2),
                    "a line about the next client", self.server.log)
        self.server.drop_peers()
        self.settle()
