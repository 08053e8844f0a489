#!/bin/sh
# SPDX-License-Identifier: MIT
# wsbench against servers right and wrong: what it measures, tells and finds.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
WSSERVER=${WSSERVER:-$top_srcdir/wsserver}
WSBENCH=${WSBENCH:-$top_srcdir/wsbench}
PYTHONDONTWRITEBYTECODE=1
export WSSERVER WSBENCH PYTHONDONTWRITEBYTECODE
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))'; then
	echo "SKIP: no Python of 3.9 or later"
	exit 77
fi
exec python3 "$top_srcdir/tests/wsbench/run.py" "$@"
