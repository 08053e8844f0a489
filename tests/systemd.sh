#!/bin/sh
# SPDX-License-Identifier: MIT
# The units: how much they leave exposed, and that they match the defaults.
set -u
umask 022
top_builddir=${top_builddir:-$(cd "$(dirname "$0")/.." && pwd)}
top_srcdir=${top_srcdir:-$top_builddir}
WSSERVER=${WSSERVER:-$top_builddir/wsserver}
exposure_max=1.5
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

fail() {
	echo "FAIL $*"
	status=1
}

# The value of a setting of the service.
setting() {
	sed -n "s/^$1=//p" "$scratch/wsserver.service"
}

cp "$top_srcdir/contrib/systemd/wsserver.socket" "$scratch"
sed -e "s|@bindir@|$(dirname "$WSSERVER")|" -e "s|@sysconfdir@|/etc|" \
	"$top_srcdir/contrib/systemd/wsserver.service.in" \
	>"$scratch/wsserver.service"

# The server itself says when there are too few for its clients.
look_at_descriptors() {
	prlimit --nofile="$(setting LimitNOFILE)" "$WSSERVER" -p 0 \
		>"$scratch/url" 2>"$scratch/log" &
	server=$!
	while [ ! -s "$scratch/url" ] && kill -0 "$server" 2>/dev/null; do
		sleep 0.1
	done
	kill "$server" 2>/dev/null
	wait "$server" || fail "no start: $(cat "$scratch/log")"
	! grep "open files" "$scratch/log" || fail "too few descriptors"
}

if command -v prlimit >/dev/null; then
	look_at_descriptors
fi
# As many threads as clients, pending ones and what limits.c leaves to others.
[ "$(setting TasksMax)" -ge $((10000 + 1000 + 512)) ] || fail "TasksMax"

if ! command -v systemd-analyze >/dev/null; then
	[ $status = 0 ] || exit 1
	echo "SKIP: no systemd-analyze"
	exit 77
fi
said=$(systemd-analyze verify "$scratch/wsserver.service" 2>&1 |
	grep "wsserver" | grep -v "Command 'man ")
[ -z "$said" ] || fail "systemd-analyze verify: $said"
level=$(systemd-analyze security --offline=true --no-pager \
	"$scratch/wsserver.service" |
	sed -n 's/.*exposure level for wsserver.service: \([0-9.]*\).*/\1/p')
echo "exposure $level"
awk "BEGIN { exit !(\"$level\" != \"\" && $level + 0 <= $exposure_max) }" ||
	fail "exposure $level"
exit $status
