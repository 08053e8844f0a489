#!/bin/sh
# SPDX-License-Identifier: MIT
# Whether the code is still what the breaks of mutation/rows.py take it for.
set -eu
. "$(dirname "$0")/common/start.sh"
run_checks mutation/rows.py --fit "$@"
