#!/bin/sh
# SPDX-License-Identifier: MIT
# wsbench against servers right and wrong: what it measures, tells and finds.
set -eu
. "$(dirname "$0")/common/start.sh"
run_checks wsbench/run.py "$@"
