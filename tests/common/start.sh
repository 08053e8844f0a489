# SPDX-License-Identifier: MIT
# Sourced by the tests that are written in Python: runs them, or says what is
# missing.
# shellcheck shell=sh

tests=$(cd "$(dirname "$0")" && pwd)
programs=${top_builddir:-$tests/..}
: "${WSSERVER:=$programs/wsserver}"
: "${WSCLIENT:=$programs/wsclient}"
: "${WSBENCH:=$programs/wsbench}"
PYTHONDONTWRITEBYTECODE=1
export WSSERVER WSCLIENT WSBENCH PYTHONDONTWRITEBYTECODE

skip() {
	echo "SKIP: $*"
	exit 77
}

need_program() {
	command -v "$1" >/dev/null || skip "no $1"
}

# The script and its arguments.
run_checks() {
	python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' ||
		skip "no Python of 3.9 or later"
	script=$tests/$1
	shift
	exec python3 "$script" "$@"
}
