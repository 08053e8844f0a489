#!/bin/sh
# SPDX-License-Identifier: MIT
# The server as a part of a system: behind proxies, under systemd.
set -eu
. "$(dirname "$0")/common/start.sh"
run_checks system/run.py --times "$@"
