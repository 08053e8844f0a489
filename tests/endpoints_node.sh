#!/bin/sh
# SPDX-License-Identifier: MIT
# Node's ws meets each of the faults.
set -eu
. "$(dirname "$0")/interop/peers.sh"
endpoints=$tests/endpoints
need_python ssl
need_node_module ws
need_program openssl
exec "$python" "$endpoints/clients.py" node node "$endpoints/client.js"
