#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks the server against RFC 6455 and 7692, from outside.
set -u
here=${top_srcdir:-$(dirname "$0")/..}/tests/conformance

if ! command -v python3 >/dev/null; then
	echo "python3 is missing"
	exit 77
fi
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/run.py" "$@"
