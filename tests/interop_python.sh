#!/bin/sh
# SPDX-License-Identifier: MIT
# Python's websockets talks to the server.
set -eu
. "$(dirname "$0")/interop/peers.sh"
need_python websockets
need_program openssl
run_python session.py "$python" "$interop/echo.py"
