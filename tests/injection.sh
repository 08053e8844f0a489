#!/bin/sh
# SPDX-License-Identifier: MIT
# A sample of the faults that make check-faults injects, for make check.
set -eu
. "$(dirname "$0")/common/start.sh"
run_checks injection/run.py --sample 600 "$@"
