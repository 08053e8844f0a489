# SPDX-License-Identifier: MIT
"""Runs the checks that are registered, as the command line chooses them."""

import argparse
import os
import signal
import sys
import time

from checks import CHECKS, Skip
from server import Bystander, Server, Usage

SELECTION = """A WORD is the row of a check, such as H7, or the letters that
rows have in common; any other is a part of a section or of a title."""


def alone(check):
    """For checks that start what they need."""
    check.function(None)


def with_server(check):
    with Server(*check.options, fails=check.fails) as server:
        check.function(server)
        server.drop_peers()
        server.stop()


def beside_bystander(check, *options):
    """The server must be as before, and another client must not notice."""
    if check.options is None:
        alone(check)
        return
    with Server(*options, *check.options, fails=check.fails) as server:
        bystander = Bystander(server)
        usage = Usage(server.pid)
        try:
            check.function(server)
            server.drop_peers()
            server.expect_back_at(usage)
        finally:
            bystander.leave()
        server.stop()


def group_of(check):
    return check.row.rstrip("0123456789")


class Suite:
    """What to do with the checks of a folder.

    The program is the variable that names it. A conduct is one of the
    functions above. Each check is run over each of the schemes that it makes
    sense over; a suite without schemes runs it once. With --quick, the rows
    over TLS are those of quick_over_tls, unless that is None.
    """

    def __init__(self, program, conduct, schemes=("ws", "wss"),
                 quick_over_tls=None):
        self.program = program
        self.conduct = conduct
        self.schemes = schemes
        self.quick_over_tls = quick_over_tls

    def has_program(self):
        path = os.environ.get(self.program, f"./{self.program.lower()}")
        if os.access(path, os.X_OK):
            return True
        print(f"{path} is not there (set {self.program})")
        return False

    def is_quick(self, check, scheme):
        return not check.slow and (
            scheme != "wss" or self.quick_over_tls is None or
            group_of(check) in self.quick_over_tls)

    def runs(self):
        """Every check with every scheme, or with none."""
        if not self.schemes:
            return [(check, "") for check in CHECKS]
        return [(check, scheme) for scheme in self.schemes
                for check in CHECKS if scheme in check.over]

    def chosen(self, arguments):
        left_out = set()
        if arguments.plain != arguments.tls:
            left_out.add("wss" if arguments.plain else "ws")
        ids = {each.row for each in CHECKS} | set(map(group_of, CHECKS))
        meant = [word_means(word, ids) for word in arguments.words]
        return [(check, scheme) for check, scheme in self.runs()
                if scheme not in left_out and
                (not meant or any(means(check) for means in meant)) and
                (not arguments.quick or self.is_quick(check, scheme))]

    def run(self, check, scheme):
        """Returns the verdict and why."""
        Server.scheme = scheme or "ws"
        try:
            self.conduct(check)
        except Skip as skip:
            return "skip", f": {skip}"
        except AssertionError as failure:
            return "FAIL", f" ({check.section}): {failure}"
        except Exception as error:  # a broken program can break anything
            return "FAIL", f" ({check.section}): {error!r}"
        return "ok", ""


def word_means(word, ids):
    """Returns a function that tells whether a check is one of the word's."""
    if word in ids:
        return lambda check: word in (check.row, group_of(check))
    return lambda check: word in f"{check.section} {check.title}"


def line(*parts):
    """The parts that there are, with spaces between."""
    return " ".join(filter(None, parts))


def show(check, scheme):
    print(line(check.row, scheme, f"[{check.section}]", check.title,
               "(slow)" if check.slow else ""))


def run_all(suite, chosen, times):
    """Returns the exit status."""
    count = {"ok": 0, "FAIL": 0, "skip": 0}
    for check, scheme in chosen:
        start = time.monotonic()
        verdict, why = suite.run(check, scheme)
        count[verdict] += 1
        took = f"{time.monotonic() - start:.2f} s" if times else ""
        print(line(verdict, check.row, scheme, check.title + why, took),
              flush=True)
    print("%d passed, %d failed, %d skipped" % tuple(count.values()))
    return 1 if count["FAIL"] or not count["ok"] else 0


def parse_arguments(description):
    parser = argparse.ArgumentParser(
        description=description, epilog=SELECTION)
    parser.add_argument("words", nargs="*", metavar="WORD")
    parser.add_argument("--list", action="store_true",
                        help="show the checks")
    parser.add_argument("--quick", action="store_true",
                        help="leave out the slow ones, and those that are "
                        "over wss as they are over ws")
    parser.add_argument("--times", action="store_true",
                        help="tell how long each takes")
    parser.add_argument("--plain", action="store_true", help="only over ws")
    parser.add_argument("--tls", action="store_true", help="only over wss")
    return parser.parse_args()


def main(description, suite):
    """Ends with the exit status.

    Programs heed no signal that who starts them ignores, such as a shell that
    runs the checks in the background.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    arguments = parse_arguments(description)
    chosen = suite.chosen(arguments)
    if arguments.list:
        for check, scheme in chosen:
            show(check, scheme)
        sys.exit(0)
    if not suite.has_program():
        sys.exit(1)
    sys.exit(run_all(suite, chosen, arguments.times))
