# SPDX-License-Identifier: MIT
"""wsbench under test, and the servers that it loads."""

import functools
import json
import os
import resource
import signal
import subprocess

import certificates
from checks import expect
from server import Server

WSBENCH = os.path.abspath(os.environ.get("WSBENCH", "./wsbench"))
SECTION = "INTERFACE wsbench"

# Generous: under valgrind everything takes its time.
TIMEOUT = 120


class Result:
    """The exit status, and what was written as text."""

    def __init__(self, status, output, errors):
        self.status = status
        self.output = output.decode()
        self.errors = errors.decode()

    def __repr__(self):
        return f"{self.status} {self.output[:300]!r} {self.errors[-300:]!r}"

    @functools.cached_property
    def json(self):
        expect("lines of JSON", 1, self.output.count("\n"))
        return json.loads(self.output)


def start(*arguments, descriptors=None, environment=None):
    """Ctrl-C works, whatever the shell in the background has ignored."""

    def prepare():
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if descriptors is not None:
            resource.setrlimit(
                resource.RLIMIT_NOFILE, (descriptors, descriptors))

    return subprocess.Popen(
        [WSBENCH, *map(str, arguments)], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, preexec_fn=prepare,
        env=environment)


def finish(process):
    try:
        output, errors = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise AssertionError("wsbench does not end") from None
    return Result(process.returncode, output, errors)


def run(*arguments, **rest):
    return finish(start(*arguments, **rest))


def run_json(status, *arguments):
    """Runs it with --json, and compares the exit status."""
    result = run("--json", *arguments)
    expect(f"exit status ({result.errors.strip()})", status, result.status)
    return result.json


def expect_counts(result, sent, right=None, wrong=0, lost=0):
    """Compares the messages of a JSON object."""
    got = result["messages"]
    right = sent if right is None else right
    expect("sent, right, wrong, lost", (sent, right, wrong, lost),
           tuple(got[name] for name in ("sent", "right", "wrong", "lost")))


def expect_sums(result):
    """What was sent came back, right or wrong, or is lost."""
    got = result["messages"]
    expect("the sum of replies", got["sent"],
           got["right"] + got["wrong"] + got["lost"])
    if result["mode"] == "messages":
        expect("latencies", got["right"] + got["wrong"],
               result["latency_us"]["count"])


def serving(*options, scheme="ws"):
    """A wsserver that says little."""
    return Server("-q", *options, scheme=scheme)


def url_of(server, path="/raw"):
    return f"{server.scheme}://127.0.0.1:{server.address[1]}{path}"


def trust():
    """What makes wsbench trust a wss server."""
    return f"--ca={certificates.path('authority.pem')}"
