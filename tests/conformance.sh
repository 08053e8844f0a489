#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks the server against RFC 6455 and 7692, from outside.
set -eu
. "$(dirname "$0")/common/start.sh"
run_checks conformance/run.py "$@"
