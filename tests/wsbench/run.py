# SPDX-License-Identifier: MIT
"""Checks wsbench against servers right and wrong: run.py [OPTION] [ROW ...]

--list shows the checks; the environment's WSBENCH and WSSERVER name the
programs. A row is an id of a check. Needs nothing but Python's library;
what else a check would need and does not find makes it a skip.
"""

import argparse
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[1:1] = [os.path.join(HERE, "..", name)
                 for name in ("common", "client")]

import group_ends  # noqa: E402,F401: a group registers its checks
import group_modes  # noqa: E402,F401
import group_replies  # noqa: E402,F401
import group_results  # noqa: E402,F401
from bench import WSBENCH  # noqa: E402
from checks import CHECKS, Skip  # noqa: E402


def run(check):
    """Returns the verdict and why."""
    try:
        check.function(None)
    except Skip as skip:
        return "skip", f": {skip}"
    except AssertionError as failure:
        return "FAIL", f" ({check.section}): {failure}"
    except Exception as error:  # a broken program can break anything
        return "FAIL", f" ({check.section}): {error!r}"
    return "ok", ""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--times", action="store_true")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    chosen = [check for check in CHECKS
              if not arguments.rows or check.row in arguments.rows]
    if arguments.list:
        for check in chosen:
            print(f"{check.row} [{check.section}] {check.title}")
        return 0
    if not os.access(WSBENCH, os.X_OK):
        print(f"{WSBENCH} is not there (set WSBENCH)")
        return 1
    count = {"ok": 0, "FAIL": 0, "skip": 0}
    for check in chosen:
        start = time.monotonic()
        verdict, why = run(check)
        count[verdict] += 1
        took = f" {time.monotonic() - start:.2f} s" if arguments.times else ""
        print(f"{verdict} {check.row} {check.title}{why}{took}", flush=True)
    print("%d passed, %d failed, %d skipped" % tuple(count.values()))
    return 1 if count["FAIL"] or not count["ok"] else 0


if __name__ == "__main__":
    sys.exit(main())
