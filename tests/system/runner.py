# SPDX-License-Identifier: MIT
"""Runs the checks that were registered, over ws and wss."""

import time

from checks import CHECKS, Skip
from server import Server


def run(check, scheme):
    """Returns the verdict and why."""
    Server.scheme = scheme
    try:
        check.function(None)
    except Skip as skip:
        return "skip", f": {skip}"
    except AssertionError as failure:
        return "FAIL", f" ({check.section}): {failure}"
    except Exception as error:  # a broken answer can break anything
        return "FAIL", f" ({check.section}): {error!r}"
    return "ok", ""


def is_chosen(check, words):
    text = f"{check.section} {check.title}"
    return not words or any(word in text for word in words)


def main(words):
    count = {"ok": 0, "FAIL": 0, "skip": 0}
    for scheme in ("ws", "wss"):
        for check in CHECKS:
            if scheme not in check.over or not is_chosen(check, words):
                continue
            start = time.monotonic()
            verdict, why = run(check, scheme)
            count[verdict] += 1
            took = time.monotonic() - start
            print(f"{verdict} {scheme} {check.title}{why} {took:.2f} s",
                  flush=True)
    print("%d passed, %d failed, %d skipped" % tuple(count.values()))
    return 1 if count["FAIL"] or not count["ok"] else 0
