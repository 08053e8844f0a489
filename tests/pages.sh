#!/bin/sh
# SPDX-License-Identifier: MIT
# Plain HTTP on the port, the metrics, and what the server tells a client.
set -eu
. "$(dirname "$0")/common/start.sh"
run_checks pages/run.py "$@"
