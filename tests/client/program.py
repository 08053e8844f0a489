# SPDX-License-Identifier: MIT
"""wsclient under test, in a pipe."""

import os
import subprocess

from checks import expect

WSCLIENT = os.path.abspath(os.environ.get("WSCLIENT", "./wsclient"))

# Generous: under valgrind everything takes its time.
TIMEOUT = 60


class Result:
    """The exit status, and all that was written."""

    def __init__(self, status, output, errors):
        self.status = status
        self.output = output
        self.errors = errors.decode("utf-8", "backslashreplace")

    def __repr__(self):
        return f"{self.status} {self.output[:200]} {self.errors[-300:]!r}"


def environment(**changed):
    """Ours without proxies and colours, and with what is changed."""
    kept = {name: value for name, value in os.environ.items()
            if not name.lower().endswith("_proxy") and name != "NO_COLOR"}
    return {**kept, **changed}


def start(*arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **rest):
    return subprocess.Popen(
        [WSCLIENT, *arguments], stdin=stdin, stdout=stdout,
        stderr=subprocess.PIPE, env=environment(**rest))


def finish(process, data=b"", timeout=TIMEOUT):
    """Gives a process its input and waits for its end."""
    try:
        output, errors = process.communicate(data, timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise AssertionError("wsclient does not end") from None
    return Result(process.returncode, output, errors)


def run(*arguments, data=b"", **rest):
    return finish(start(*arguments, **rest), data)


def expect_run(status, output, *arguments, **rest):
    """Runs it, and compares the exit status and standard output."""
    result = run(*arguments, **rest)
    expect("status, output", (status, output), (result.status, result.output))
    return result
