#!/bin/sh
# SPDX-License-Identifier: MIT
# The test console in Chromium: what it does, and that all can use it.
set -eu
. "$(dirname "$0")/interop/peers.sh"
need_python pty
need_node_module playwright-core
need_node_module axe-core
need_program "${CHROMIUM:=chromium}"
CHROMIUM=$(command -v "$CHROMIUM")
export CHROMIUM
need_program openssl
run_python console.py node "$interop/console.js"
