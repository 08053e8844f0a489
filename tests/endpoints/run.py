# SPDX-License-Identifier: MIT
"""Holds every fault to what the manual says: run.py [NAME ...]

Each check has a server with --enable-faults, over ws and over wss, and a
connection beside that must not notice. The environment's WSSERVER names the
program (./wsserver). A name is that of a check.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))

import ends  # noqa: E402,F401: importing them registers their checks
import frames  # noqa: E402,F401
import openings  # noqa: E402,F401
import timing  # noqa: E402,F401
from checks import CHECKS, Skip  # noqa: E402
from server import Bystander, Server, Usage  # noqa: E402


def run_beside_bystander(check):
    with Server("--enable-faults", *check.options) as server:
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
    Server.scheme = scheme
    try:
        if check.options is None:
            check.function(None)
        else:
            run_beside_bystander(check)
    except Skip as skip:
        return f"skip {check.row} {scheme} {check.title}: {skip}"
    except Exception as error:  # a broken answer can break anything
        return f"FAIL {check.row} {scheme} {check.title}: {error!r}"
    return f"ok {check.row} {scheme} {check.title}"


def main(names):
    failures = 0
    for scheme in ("ws", "wss"):
        for check in CHECKS:
            if scheme not in check.over or (names and check.row not in names):
                continue
            start = time.monotonic()
            result = run(check, scheme)
            failures += result.startswith("FAIL")
            print(f"{result} ({time.monotonic() - start:.1f} s)", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
