# SPDX-License-Identifier: MIT
"""Runs the rows of faults against a server.

The environment's WSSERVER names the program (./wsserver). Needs nothing but
Python's library and, over wss, the openssl command.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "common"))

import group_c  # noqa: E402,F401: a group registers its checks
import group_e  # noqa: E402,F401
import group_f  # noqa: E402,F401
import group_g  # noqa: E402,F401
import group_g_storms  # noqa: E402,F401
import group_h  # noqa: E402,F401
import group_h_upgrade  # noqa: E402,F401
import group_l  # noqa: E402,F401
import group_m  # noqa: E402,F401
import group_r  # noqa: E402,F401
import group_r_storms  # noqa: E402,F401
import group_s  # noqa: E402,F401
import group_s_files  # noqa: E402,F401
import group_s_open  # noqa: E402,F401
import group_t  # noqa: E402,F401
import group_t_calls  # noqa: E402,F401
import group_t_storms  # noqa: E402,F401
import group_u  # noqa: E402,F401
import group_z  # noqa: E402,F401
import group_z_offers  # noqa: E402,F401
import runner  # noqa: E402

# Groups in which bytes, ends and blocking matter more than what they say.
QUICK_OVER_TLS = "CFMST"

if __name__ == "__main__":
    runner.main(__doc__, runner.Suite(
        "WSSERVER", runner.beside_bystander, quick_over_tls=QUICK_OVER_TLS))
