# SPDX-License-Identifier: MIT
"""Runs the checks of the server within a system: run.py [WORD ...]

A word chooses the checks whose section or title has it. The environment's
WSSERVER names the program (./wsserver). Uses what tests/faults is made of.
"""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "faults"))

import group_config  # noqa: E402,F401: importing a group registers its checks
import group_proxied  # noqa: E402,F401
from checks import CHECKS, Skip  # noqa: E402
from server import Server  # noqa: E402


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


def main():
    count = {"ok": 0, "FAIL": 0, "skip": 0}
    for scheme in ("ws", "wss"):
        for check in CHECKS:
            if scheme not in check.over or not is_chosen(check, sys.argv[1:]):
                continue
            start = time.monotonic()
            verdict, why = run(check, scheme)
            count[verdict] += 1
            took = time.monotonic() - start
            print(f"{verdict} {scheme} {check.title}{why} {took:.2f} s",
                  flush=True)
    print("%d passed, %d failed, %d skipped" % tuple(count.values()))
    return 1 if count["FAIL"] or not count["ok"] else 0


if __name__ == "__main__":
    sys.exit(main())
