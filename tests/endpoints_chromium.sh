#!/bin/sh
# SPDX-License-Identifier: MIT
# A page in Chromium meets each of the faults.
set -eu
. "$(dirname "$0")/interop/peers.sh"
endpoints=$tests/endpoints
need_python ssl
need_node_module playwright-core
need_program "${CHROMIUM:=chromium}"
CHROMIUM=$(command -v "$CHROMIUM")
export CHROMIUM
need_program openssl
exec "$python" "$endpoints/clients.py" browser node "$endpoints/browser.js"
