# SPDX-License-Identifier: MIT
"""Faults in a server while it heeds a signal."""

import re
import signal
import time

from checks import expect, expect_that
from faults import functions
from peer import CLOSE, close
from rules import Rules, are_harmless, are_of_log, counting
from scenarios import GONE, TALKS
from server import Server
from serving import Serving, wait_quickly

GRACE = 1


class Reloads(Serving):
    """HUP, or USR1, to a server that goes on as it was."""

    slack = 64  # what OpenSSL remembers of the main thread's errors

    def __init__(self, name, number, scheme, line):
        super().__init__(next(talk for talk in TALKS
                              if talk.scheme == scheme))
        self.name = f"{name}, {scheme}"
        self.number = number
        self.line = line

    def run_once(self, injections):
        server = self.server
        server.log.clear()
        with Rules(server.failing, injections, since=0) as rules:
            server.process.send_signal(self.number)
            if are_of_log(injections):
                time.sleep(0.05)
            else:
                expect_that(wait_quickly(lambda: server.find(self.line)),
                            self.line, server.log)
        return None, None, rules

    def judge(self, injections, outcome):
        if are_harmless(injections) and not are_of_log(injections):
            bad = self.server.find(r"^\S+ (error|warning) ")
            expect("complaints", [], bad)

    def judge_log(self, injections, peer, outcome):
        pass


class Shutdowns:
    """TERM to a server with clients, which is started for each injection."""

    def __init__(self, scheme):
        self.name = f"shutdown, {scheme}"
        self.scheme = scheme

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def count(self):
        rules = self.run_once(counting())[-1]
        return dict(zip(functions(), rules.calls))

    def run_once(self, injections):
        with Server(f"--grace={GRACE}", fails=True,
                    scheme=self.scheme) as server:
            peers = [server.open() for _ in range(2)]
            peers[0].echo()
            with Rules(server.failing, injections, since=0) as rules:
                server.process.send_signal(signal.SIGTERM)
                closes = [leave(peer) for peer in peers]
                torn = [peer.stream.is_torn for peer in peers]
                for peer in peers:
                    peer.close()
                status = server.wait(GRACE + 3)
            return status, closes, torn, rules

    def inject(self, injections):
        """Returns how many calls failed; raises what is wrong then."""
        status, closes, torn, rules = self.run_once(injections)
        expect("exit status", 0, status)
        if are_harmless(injections):
            expect("closes", [1001, 1001], closes)
            expect("torn streams", [False, False], torn)
        expect_that(set(closes) <= {1001, None}, "1001 or the end", closes)
        return rules.failed


def leave(peer):
    """Returns the code of the server's Close, None when there is none."""
    try:
        received = peer.receive_frame()
        if received is None:
            return None
        expect("opcode", CLOSE, received.opcode)
        peer.send(close(received.code))
        expect("bytes behind the Close", b"", peer.receive_rest())
        return received.code
    except GONE:
        return None


RELOADED = re.compile("Log (reopened|cannot be reopened)").pattern
SIGNALLED = [Reloads("reload", signal.SIGHUP, "ws", RELOADED),
             Reloads("reload", signal.SIGHUP, "wss", RELOADED),
             Reloads("statistics", signal.SIGUSR1, "ws", "Statistics: "),
             Shutdowns("ws"), Shutdowns("wss")]
