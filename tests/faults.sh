#!/bin/sh
# SPDX-License-Identifier: MIT
# The quick rows of what the server must survive, for make check.
set -eu
. "$(dirname "$0")/common/start.sh"
run_checks faults/run.py --quick "$@"
