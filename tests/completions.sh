#!/bin/sh
# SPDX-License-Identifier: MIT
# What the shells that are there make of their completions.
set -u
top_builddir=${top_builddir:-$(cd "$(dirname "$0")/.." && pwd)}
top_srcdir=${top_srcdir:-$top_builddir}
folder=contrib/completions
for place in "$top_srcdir" "$top_builddir"; do
	[ ! -f "$place/$folder/bash/wsserver" ] || folder=$place/$folder
done
status=0
seen=0

fail() {
	echo "FAIL $*"
	status=1
}

# What bash offers for a line whose last word is completed.
bash_offers() {
	bash --norc -c '
		. "$0" && COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_"$1"
		echo "${COMPREPLY[*]}"
	' "$folder/bash/$1" "$@" 2>&1
}

expect_bash() {
	wanted=$1
	shift
	got=$(bash_offers "$@")
	[ "$got" = "$wanted" ] || fail "bash: $*: wanted $wanted, got $got"
}

if command -v bash >/dev/null; then
	seen=$((seen + 1))
	for file in "$folder"/bash/*; do
		bash -n "$file" || fail "$file"
	done
	expect_bash "--echo-prefix=" wsserver --ech
	expect_bash "--no-deflate" wsserver --no-def
	expect_bash "json" wsserver --log-format j
	expect_bash "auto plain text json" wsserver --log-format =
	expect_bash "plain" wsserver --log-format = pl
	expect_bash "" wsserver -p ""
	expect_bash "--version" wsclient --vers
	expect_bash "ascii utf8 binary" wsbench --type =
	expect_bash "ascii utf8 binary" wsbench --type =
fi
if command -v zsh >/dev/null; then
	seen=$((seen + 1))
	for file in "$folder"/zsh/*; do
		zsh -n "$file" || fail "$file"
	done
fi
if command -v fish >/dev/null; then
	seen=$((seen + 1))
	for file in "$folder"/fish/*; do
		fish --no-execute "$file" || fail "$file"
	done
	got=$(fish --no-config -c "source '$folder/fish/wsserver.fish'
		complete -C 'wsserver --log-format='" | cut -f 1 | sort | tr '\n' ' ')
	wanted="--log-format=auto --log-format=json --log-format=plain "
	[ "$got" = "$wanted--log-format=text " ] || fail "fish offers $got"
fi
echo "$seen shells"
[ "$seen" -gt 0 ] || exit 77
exit $status
