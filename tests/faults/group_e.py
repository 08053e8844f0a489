# SPDX-License-Identifier: MIT
"""Group E: the exit statuses of a server that the system lets down."""

import errno
import subprocess

from checks import Skip, check, expect, expect_that
from failing import EVER, Failing
from group_g import needs_root
from server import WSSERVER

START = [WSSERVER, "-p", "0", "-q", "-a", "127.0.0.1", "--origin=http://a"]


def expect_failure(*options, stdout=subprocess.DEVNULL, environment=None):
    """It ends with 1 and a line that says why, which is returned."""
    done = subprocess.run(
        [WSSERVER, "-p", "0", "-q", *options], stdin=subprocess.DEVNULL,
        stdout=stdout, stderr=subprocess.PIPE, timeout=5, check=False,
        env=environment)
    expect("exit status", 1, done.returncode)
    lines = done.stderr.decode().splitlines()
    expect("lines", 1, len(lines))
    return lines[0]


@check("E1", "INTERFACE Log", "URLs that cannot be written end it",
       options=None, over=["ws"])
def full_stdout(_):
    with open("/dev/full", "wb") as full:
        line = expect_failure("-a", "127.0.0.1", stdout=full)
    expect("line", "wsserver: cannot write the URL: No space left on device",
           line)


@check("E2", "INTERFACE Exit", "without a pipe for signals it does not start",
       options=None, over=["ws"])
def no_pipe(_):
    failing = Failing(WSSERVER)
    failing.let("pipe2", error=errno.EMFILE)
    line = expect_failure(environment=failing.environment())
    expect("line", "wsserver: cannot make a pipe: Too many open files", line)


@check("E3", "INTERFACE -u", "{} that cannot be had is an error at start",
       options=None, over=["ws"], cases={"a user": ("-u", "nobody"),
                            "a group": ("-g", "daemon")})
def privileges_not_dropped(_, option):
    needs_root()
    failing = Failing(WSSERVER)
    failing.let("setresgid", error=errno.EPERM)
    line = expect_failure(*option, environment=failing.environment())
    expect_that(line.startswith("wsserver: cannot become " + option[1]),
                "whom it cannot become", line)


def start_without_memory(call):
    """Returns the calls that starting makes, the URL, status and stderr."""
    failing = Failing(WSSERVER)
    rule = failing.let("allocate", call, error=errno.ENOMEM)
    with subprocess.Popen(
            START, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=failing.environment()) as process:
        url = process.stdout.readline()
        calls = failing.calls(rule)
        process.terminate()
        return calls, url, process.wait(5), process.stderr.read().decode()


@check("E4", "DESIGN Threads", "memory is short at the end of the start",
       options=None, over=["ws"])
def memory_short_at_start(_):
    """It serves, or says why not; libcrypto has set itself up by then."""
    last = start_without_memory(EVER)[0]
    if last == 0:
        raise Skip("the server's calls to allocate are not seen")
    ends = set()
    for call in range(last - 15, last + 1):
        _, url, status, said = start_without_memory(call)
        if url:
            expect(f"call {call}: status after TERM", (0, ""), (status, said))
        else:
            expect(f"call {call}: status", 1, status)
            ends.add(said)
    expect("why", {"wsserver: out of memory\n"},
           ends - {"wsserver: cannot start libcrypto\n"})


@check("E4", "DESIGN Threads", "memory is short when libcrypto sets itself up",
       options=None, over=["ws"])
def memory_short_for_libcrypto(_):
    if start_without_memory(EVER)[0] == 0:
        raise Skip("the server's calls to allocate are not seen")
    for call in range(1, 80):
        _, url, status, said = start_without_memory(call)
        expect_that(status in (0, 1, 2), f"call {call}: a status", status)
        expect(f"call {call}: lines", min(status, 1), said.count("\n"))
        expect(f"call {call}: whether it serves", status == 0, bool(url))
