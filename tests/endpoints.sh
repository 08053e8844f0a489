#!/bin/sh
# SPDX-License-Identifier: MIT
# The faults that clients can ask for, byte by byte.
set -eu
. "$(dirname "$0")/common/start.sh"
run_checks endpoints/run.py --times "$@"
