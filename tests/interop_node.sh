#!/bin/sh
# SPDX-License-Identifier: MIT
# Node's ws talks to the server.
set -eu
. "$(dirname "$0")/interop/peers.sh"
need_python pty
need_node_module ws
need_program openssl
run_python session.py node "$interop/echo.js"
run_python session.py node "$interop/echo.js" --compress-all
