#!/bin/sh
# SPDX-License-Identifier: MIT
# The samples for HAProxy and nginx, in front of several servers. ECHOES says
# how many must come back from behind HAProxy while it all is restarted.
set -eu
. "$(dirname "$0")/common/start.sh"
# Where daemons are that not everybody's PATH has.
PATH=$PATH:/usr/sbin:/usr/local/sbin
need_program haproxy
need_program nginx
need_program openssl
run_checks system/proxies.py --times "$@"
