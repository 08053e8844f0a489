# SPDX-License-Identifier: MIT
"""Faults in programs that are started for each: clients, and servers."""

import errno
import os
import signal
import subprocess

import certificates
from checks import expect, expect_that
from failing import Failing
from faults import functions
from rules import Rules, are_harmless, counting
from server import Server, WSSERVER

WSCLIENT = os.path.abspath(os.environ.get("WSCLIENT", "./wsclient"))
TIMEOUT = 20
LINES = [b"hi there", b"", b"x" * 3000, b"bye"]


class Programs:
    """A program with a library that makes its calls fail."""

    program = None

    def __enter__(self):
        self.failing = Failing(self.program)
        return self

    def __exit__(self, *error):
        pass

    def count(self):
        rules = self.run_once(counting())[-1]
        return dict(zip(functions(), rules.calls))

    def start(self, *arguments):
        """May be given input, and is to be waited for."""
        return subprocess.Popen(
            [self.program, *arguments], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.failing.environment())


def finish(process, data=b""):
    """Returns the exit status and what was said on both outputs."""
    try:
        output, errors = process.communicate(data, TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise AssertionError("no end") from None
    return process.returncode, output, errors.decode("utf-8", "replace")


class Clients(Programs):
    """wsclient in a pipe: lines go in and their echoes come out."""

    program = WSCLIENT

    def __init__(self, name, scheme="ws", options=("--no-deflate",),
                 server_options=(), status=0):
        self.name = f"a client, {name}"
        self.scheme = scheme
        self.options = options
        self.server_options = server_options
        self.status = status
        self.output = b"".join(line + b"\n" for line in LINES)
        if status != 0:
            self.output = b""

    def __enter__(self):
        super().__enter__()
        self.server = Server(*self.server_options, scheme=self.scheme)
        return self

    def __exit__(self, kind, *error):
        try:
            if kind is None:
                expect("exit status", 0, self.server.terminate())
        finally:
            self.server.__exit__(kind, *error)

    def run_once(self, injections):
        url = "%s://127.0.0.1:%d/raw" % (self.scheme, self.server.address[1])
        options = [*self.options]
        if self.scheme == "wss":
            options.append("--ca=" + certificates.path("authority.pem"))
        with Rules(self.failing, injections, since=0) as rules:
            result = finish(self.start(*options, url),
                            b"".join(line + b"\n" for line in LINES))
        return result, rules

    def inject(self, injections):
        """Returns how many calls failed; raises what is wrong then."""
        (status, output, errors), rules = self.run_once(injections)
        if are_harmless(injections):
            expect("status and output", (self.status, self.output),
                   (status, output))
        expect_that(0 <= status < 8, "a status of its own", (status, errors))
        expect_that(self.output.startswith(output), "a part of the output",
                    output)
        if status != 0:
            expect_that("wsclient: " in errors, "why", errors)
        elif not wants_no_more(injections):
            expect("output", self.output, output)
        return rules.failed


def wants_no_more(injections):
    """Whether the reader of the output may have gone, as head does."""
    return any(each.fault.function == "write" and
               each.fault.error == errno.EPIPE for each in injections)


class Starts(Programs):
    """wsserver, until it listens; then it serves, or has said why not."""

    program = WSSERVER

    def __init__(self, scheme):
        self.name = f"start, {scheme}"
        self.scheme = scheme

    def run_once(self, injections):
        options = ["-p", "0", "-a", "127.0.0.1"]
        if self.scheme == "wss":
            options += certificates.server_options()
        with Rules(self.failing, injections, since=0) as rules:
            process = self.start(*options)
            url = process.stdout.readline().decode()
        process.send_signal(signal.SIGTERM)
        return finish(process), url, rules

    def inject(self, injections):
        """Returns how many calls failed; raises what is wrong then."""
        (status, _, errors), url, rules = self.run_once(injections)
        if url:
            expect("status after TERM", 0, status)
        else:
            expect_that(status in (1, 2, 3, 4), "a status that tells", status)
            expect_that("wsserver: " in errors, "why", errors)
        return rules.failed


CLIENTS = [
    Clients("ws"),
    Clients("wss", "wss"),
    Clients("compressed", options=()),
    Clients("compressed, wss", "wss", ()),
    Clients("refused", options=("-o", "http://elsewhere"),
            server_options=["--origin=http://here"], status=5)]
STARTS = [Starts("ws"), Starts("wss")]
