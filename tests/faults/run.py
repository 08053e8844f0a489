# SPDX-License-Identifier: MIT
"""Runs the rows of faults against a server: run.py [OPTION] [ROW ...]

--list shows the checks, --quick leaves the slow ones out and those that are
over wss as they are over ws; --plain and --tls run one of these alone. The
environment's WSSERVER names the program (./wsserver). A row is an id such as
H7 or a group's letter. Needs nothing but Python's library and, over wss, the
openssl command.
"""

import argparse
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))

import group_c  # noqa: E402,F401: importing a group registers its checks
import group_e  # noqa: E402,F401
import group_f  # noqa: E402,F401
import group_g  # noqa: E402,F401
import group_g_storms  # noqa: E402,F401
import group_h  # noqa: E402,F401
import group_l  # noqa: E402,F401
import group_m  # noqa: E402,F401
import group_r  # noqa: E402,F401
import group_r_storms  # noqa: E402,F401
import group_s  # noqa: E402,F401
import group_s_open  # noqa: E402,F401
import group_t  # noqa: E402,F401
import group_t_calls  # noqa: E402,F401
import group_t_storms  # noqa: E402,F401
import group_u  # noqa: E402,F401
import group_z  # noqa: E402,F401
import group_z_offers  # noqa: E402,F401
from checks import CHECKS, Skip  # noqa: E402
from server import Bystander, Server, Usage, WSSERVER  # noqa: E402

# Groups in which bytes, ends and blocking matter more than what they say.
QUICK_OVER_TLS = "CFMST"


def run_beside_bystander(check):
    with Server(*check.options, fails=check.fails) as server:
        bystander = Bystander(server)
        usage = Usage(server.pid)
        try:
            check.function(server)
            server.drop_peers()
            server.expect_back_at(usage)
        finally:
            bystander.leave()
        server.stop()


def run(check, scheme):
    """Returns the verdict and why."""
    Server.scheme = scheme
    try:
        if check.options is None:
            check.function(None)
        else:
            run_beside_bystander(check)
    except Skip as skip:
        return "skip", f": {skip}"
    except AssertionError as failure:
        return "FAIL", f" ({check.section}): {failure}"
    except Exception as error:  # a broken answer can break anything
        return "FAIL", f" ({check.section}): {error!r}"
    return "ok", ""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--times", action="store_true")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--tls", action="store_true")
    return parser.parse_args()


def group_of(check):
    return check.row.rstrip("0123456789")


def is_quick(check, scheme):
    return not check.slow and (
        scheme == "ws" or group_of(check) in QUICK_OVER_TLS)


def chosen(arguments):
    """The checks to run, each with its scheme."""
    both = arguments.plain == arguments.tls
    for scheme in ("ws", "wss"):
        if not (both or arguments.tls == (scheme == "wss")):
            continue
        for check in CHECKS:
            names = {check.row, group_of(check)}
            if (scheme in check.over and
                    (not arguments.rows or names & set(arguments.rows)) and
                    (not arguments.quick or is_quick(check, scheme))):
                yield check, scheme


def show(check, scheme):
    slow = " (slow)" if check.slow else ""
    print(f"{check.row} {scheme} [{check.section}] {check.title}{slow}")


def main():
    arguments = parse_arguments()
    if arguments.list:
        for check, scheme in chosen(arguments):
            show(check, scheme)
        return 0
    if not os.access(WSSERVER, os.X_OK):
        print(f"{WSSERVER} is not there (set WSSERVER)")
        return 1
    count = {"ok": 0, "FAIL": 0, "skip": 0}
    for check, scheme in chosen(arguments):
        start = time.monotonic()
        verdict, why = run(check, scheme)
        count[verdict] += 1
        took = f" {time.monotonic() - start:.2f} s" if arguments.times else ""
        print(f"{verdict} {check.row} {scheme} {check.title}{why}{took}",
              flush=True)
    print("%d passed, %d failed, %d skipped" % tuple(count.values()))
    return 1 if count["FAIL"] or not count["ok"] else 0


if __name__ == "__main__":
    sys.exit(main())
