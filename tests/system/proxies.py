# SPDX-License-Identifier: MIT
"""Runs the checks of the samples for proxies.

The environment's WSSERVER names the program (./wsserver). Needs haproxy, nginx
and the openssl command.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))

import group_haproxy  # noqa: E402,F401: a group registers its checks
import group_nginx  # noqa: E402,F401
import runner  # noqa: E402

if __name__ == "__main__":
    runner.main(__doc__, runner.Suite("WSSERVER", runner.alone))
