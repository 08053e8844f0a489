# SPDX-License-Identifier: MIT
"""Checks wsclient against servers right and wrong.

The environment's WSCLIENT and WSSERVER name the programs. Needs nothing but
Python's library; what else a check would need and does not find makes it a
skip.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))

import group_check  # noqa: E402,F401: a group registers its checks
import group_closing  # noqa: E402,F401
import group_echo  # noqa: E402,F401
import group_faults  # noqa: E402,F401
import group_json  # noqa: E402,F401
import group_opening  # noqa: E402,F401
import group_peers  # noqa: E402,F401
import group_pipes  # noqa: E402,F401
import group_status  # noqa: E402,F401
import group_terminal  # noqa: E402,F401
import group_tls  # noqa: E402,F401
import runner  # noqa: E402

if __name__ == "__main__":
    runner.main(__doc__, runner.Suite("WSCLIENT", runner.alone, ()))
