#!/bin/sh
# SPDX-License-Identifier: MIT
# wscat and the server side by side, each on a terminal of its own.
set -eu
. "$(dirname "$0")/interop/peers.sh"
need_python pty
need_program wscat
run_python wscat.py
