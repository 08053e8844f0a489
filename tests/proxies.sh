#!/bin/sh
# SPDX-License-Identifier: MIT
# The samples for HAProxy and nginx, in front of several servers. ECHOES says
# how many must come back from behind HAProxy while it all is restarted.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
WSSERVER=${WSSERVER:-$top_srcdir/wsserver}
PYTHONDONTWRITEBYTECODE=1
# Where daemons are that not everybody's PATH has.
PATH=$PATH:/usr/sbin:/usr/local/sbin
export WSSERVER PYTHONDONTWRITEBYTECODE PATH
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))'; then
	echo "SKIP: no Python of 3.9 or later"
	exit 77
fi
for program in haproxy nginx openssl; do
	if ! command -v "$program" >/dev/null; then
		echo "SKIP: no $program"
		exit 77
	fi
done
exec python3 "$top_srcdir/tests/system/proxies.py" "$@"
