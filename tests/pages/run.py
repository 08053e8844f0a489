# SPDX-License-Identifier: MIT
"""Runs the checks of pages, metrics and /info.

The environment's WSSERVER names the program (./wsserver).
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))

import group_info  # noqa: E402,F401: a group registers its checks
import group_metrics  # noqa: E402,F401
import group_pages  # noqa: E402,F401
import runner  # noqa: E402

if __name__ == "__main__":
    runner.main(__doc__, runner.Suite("WSSERVER", runner.with_server))
