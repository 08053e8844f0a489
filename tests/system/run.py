# SPDX-License-Identifier: MIT
"""Runs the checks of the server within a system: run.py [WORD ...]

A word chooses the checks whose section or title has it. The environment's
WSSERVER names the program (./wsserver). Uses what is in tests/common.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))

import group_config  # noqa: E402,F401: importing a group registers its checks
import group_proxied  # noqa: E402,F401
import group_restart  # noqa: E402,F401
import group_systemd  # noqa: E402,F401
import runner  # noqa: E402

if __name__ == "__main__":
    sys.exit(runner.main(sys.argv[1:]))
