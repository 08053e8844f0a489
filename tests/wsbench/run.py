# SPDX-License-Identifier: MIT
"""Checks wsbench against servers right and wrong.

The environment's WSBENCH and WSSERVER name the programs. Needs nothing but
Python's library; what else a check would need and does not find makes it a
skip.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))
sys.path.append(os.path.join(os.path.dirname(__file__), "..", "client"))

import group_ends  # noqa: E402,F401: a group registers its checks
import group_modes  # noqa: E402,F401
import group_replies  # noqa: E402,F401
import group_results  # noqa: E402,F401
import runner  # noqa: E402

if __name__ == "__main__":
    runner.main(__doc__, runner.Suite("WSBENCH", runner.alone, ()))
