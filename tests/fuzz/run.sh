#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds and runs targets of libFuzzer, FUZZ_SECONDS each: run.sh TARGET...
# What a target finds it tells; that and all input that reached something new
# go to a temporary directory. The corpora are only read.
set -eu
source=${top_srcdir:-.}
found=$(mktemp -d)
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=1"
export UBSAN_OPTIONS="${UBSAN_OPTIONS-}:print_stacktrace=1"
status=0

# The words of CC and LIBS are meant to be split.
build() {
	# shellcheck disable=SC2086
	$CC -D_GNU_SOURCE -fsanitize=fuzzer -o "$1-libfuzzer" \
		"$source/$1.c" $LIBS
}

# A target may say much on both of its outputs, so they are closed.
run() {
	mkdir "$found/$2"
	"$1-libfuzzer" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 \
		-close_fd_mask=3 -print_final_stats=1 \
		-artifact_prefix="$found/$2-" \
		"$found/$2" "$source/tests/fuzz/corpus/$2" >"$found/$2.log" 2>&1
}

for target; do
	name=${target##*fuzz_}
	build "$target"
	if run "$target" "$name"; then
		echo "$target:" \
			"$(grep -o 'cov: .*' "$found/$name.log" | tail -n 1)"
	else
		tail -n 60 "$found/$name.log"
		status=1
	fi
done
if [ "$status" = 0 ]; then
	rm -rf "$found"
else
	echo "What was found is in $found" >&2
fi
exit $status
