# SPDX-License-Identifier: MIT
"""Runs the checks of pages, metrics and /info: run.py [WORD ...]

A word chooses the checks whose title has it. The environment's WSSERVER names
the program (./wsserver). Uses what is in tests/common.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))

import group_info  # noqa: E402,F401: importing a group registers its checks
import group_metrics  # noqa: E402,F401
import group_pages  # noqa: E402,F401
from checks import CHECKS, Skip  # noqa: E402
from server import Server  # noqa: E402


def run(check, scheme):
    """Returns the verdict and why."""
    Server.scheme = scheme
    try:
        with Server(*check.options) as server:
            check.function(server)
            server.drop_peers()
            server.stop()
    except Skip as skip:
        return "skip", f": {skip}"
    except AssertionError as failure:
        return "FAIL", f" ({check.section}): {failure}"
    except Exception as error:  # a broken answer can break anything
        return "FAIL", f" ({check.section}): {error!r}"
    return "ok", ""


def main(words):
    count = {"ok": 0, "FAIL": 0, "skip": 0}
    for scheme in ("ws", "wss"):
        for check in CHECKS:
            if scheme not in check.over or (words and not any(
                    word in check.title for word in words)):
                continue
            verdict, why = run(check, scheme)
            count[verdict] += 1
            print(f"{verdict} {scheme} {check.title}{why}", flush=True)
    print("%d passed, %d failed, %d skipped" % tuple(count.values()))
    return 1 if count["FAIL"] or not count["ok"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
