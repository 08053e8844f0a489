#!/bin/sh
# SPDX-License-Identifier: MIT
# A page in Chromium talks to the server.
set -eu
. "$(dirname "$0")/interop/peers.sh"
need_python pty
need_node_module playwright-core
need_program "${CHROMIUM:=chromium}"
CHROMIUM=$(command -v "$CHROMIUM")
export CHROMIUM
need_program openssl
run_python session.py node "$interop/browser.js"
