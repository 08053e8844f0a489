#!/bin/sh
# SPDX-License-Identifier: MIT
# Python's websockets meets each of the faults.
set -eu
. "$(dirname "$0")/interop/peers.sh"
endpoints=$tests/endpoints
need_python websockets
need_program openssl
exec "$python" "$endpoints/clients.py" python "$python" "$endpoints/client.py"
