#!/bin/sh
# SPDX-License-Identifier: MIT
# A sample of the faults that make check-faults injects, for make check.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
WSSERVER=${WSSERVER:-$top_srcdir/wsserver}
WSCLIENT=${WSCLIENT:-$top_srcdir/wsclient}
PYTHONDONTWRITEBYTECODE=1
export WSSERVER WSCLIENT PYTHONDONTWRITEBYTECODE
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))'; then
	echo "SKIP: no Python of 3.9 or later"
	exit 77
fi
exec python3 "$top_srcdir/tests/injection/run.py" --sample 600
