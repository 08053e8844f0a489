#!/bin/sh
# SPDX-License-Identifier: MIT
# The server as a part of a system: behind proxies, under systemd.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
WSSERVER=${WSSERVER:-$top_srcdir/wsserver}
PYTHONDONTWRITEBYTECODE=1
export WSSERVER PYTHONDONTWRITEBYTECODE
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))'; then
	echo "SKIP: no Python of 3.9 or later"
	exit 77
fi
exec python3 "$top_srcdir/tests/system/run.py" "$@"
