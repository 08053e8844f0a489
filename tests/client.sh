#!/bin/sh
# SPDX-License-Identifier: MIT
# wsclient, in pipes and at a terminal, against servers right and wrong.
set -eu
. "$(dirname "$0")/common/start.sh"
run_checks client/run.py --quick "$@"
