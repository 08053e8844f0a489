# SPDX-License-Identifier: MIT
"""Holds every fault to what the manual says.

Each check has a server with --enable-faults, over ws and over wss, and a
connection beside that must not notice. The environment's WSSERVER names the
program (./wsserver).
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))

import ends  # noqa: E402,F401: a group registers its checks
import frames  # noqa: E402,F401
import openings  # noqa: E402,F401
import timing  # noqa: E402,F401
import runner  # noqa: E402


def with_faults(check):
    runner.beside_bystander(check, "--enable-faults")


if __name__ == "__main__":
    runner.main(__doc__, runner.Suite("WSSERVER", with_faults))
