#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One job of .ci/run, which sets WORK and has made $WORK/source and
# $WORK/readme: bash .ci/jobs.sh JOB.
set -euo pipefail

parallel=$(nproc)
more=$((2 * parallel)) # for what mostly waits
source=$WORK/source
build=$WORK/$1

# configure_build OPTION...: a build directory beside the sources.
configure_build() {
	mkdir "$build"
	cd "$build"
	"$source/configure" "$@"
}

build_all() {
	make -j"$parallel" all
	make -j"$parallel" check TESTS=
}

# Reports of tools go to files: a test may not look at what a program says.
# That there is no memory for what test_buffer asks for is no fault.
fail_on_reports() {
	local faults

	faults=$(find "$build" -name 'report.[0-9]*' -exec cat {} + |
		grep -v 'WARNING: .*Sanitizer failed to allocate' || true)
	if [ -n "$faults" ]; then
		head -n 200 <<<"$faults"
		exit 1
	fi
}

# The command that README gives for the tests, to the letter.
job_readme() {
	local command

	command=$(sed -n 's/^    \(.*make .*check.*\)$/\1/p' "$WORK/readme/README")
	[ "$(grep -c . <<<"$command")" = 1 ]
	cd "$WORK/readme"
	bash -c "$command"
}

job_distcheck() {
	configure_build
	make -j"$more" distcheck
}

unpack_tarball() {
	mkdir "$build" "$build/tree" "$build/root"
	mkdir "$WORK/dist"
	cd "$WORK/dist"
	"$source/configure"
	make dist
	tar -x -C "$build/tree" --strip-components=1 -f wsserver-*.tar.gz
}

# From the tarball, and without autotools.
job_tarball() {
	local page

	unpack_tarball
	cd "$build/tree"
	./configure --prefix=/usr AUTOCONF=false AUTOHEADER=false \
		AUTOMAKE=false ACLOCAL=false
	make
	make install DESTDIR="$build/root"
	make installcheck DESTDIR="$build/root"
	page=$(man -l "$build/root/usr/share/man/man1/wsserver.1")
	[[ $page == *--echo-prefix* ]]
	make uninstall DESTDIR="$build/root"
	[ -z "$(find "$build/root" ! -type d -print)" ]
}

# Other jobs run the tests of both compilers.
job_gcc_werror() {
	configure_build CC=gcc --enable-werror
	build_all
}

job_clang_werror() {
	configure_build CC=clang --enable-werror
	build_all
}

job_asan() {
	configure_build CC=clang --enable-sanitizers=address,undefined
	export CK_TIMEOUT_MULTIPLIER=5 TEST_SLACK=3
	export ASAN_OPTIONS=detect_leaks=1:log_path=$build/report
	export UBSAN_OPTIONS=print_stacktrace=1:log_path=$build/report
	build_all
	make -j"$more" check
	fail_on_reports
}

# The sanitizer cannot place its shadow where addresses are randomized more.
job_tsan() {
	configure_build CC=gcc --enable-sanitizers=thread
	export CK_TIMEOUT_MULTIPLIER=5 TEST_SLACK=3
	# At its end it would sleep a second, which some tests would notice.
	export TSAN_OPTIONS=log_path=$build/report:atexit_sleep_ms=0
	build_all
	setarch -R make -j"$more" check
	fail_on_reports
}

# What memcheck can run in reasonable time: no load, no measurements, and not
# test_stack, which would count the mappings of valgrind.
memcheck_tests() {
	find tests tests/fuzz -maxdepth 1 -type f -perm -u+x ! -name '*.*' \
		\( -name 'test_*' -o -name 'fuzz_*' \) ! -name test_stack
	printf 'tests/%s.sh\n' conformance interop_python interop_node
}

job_memcheck() {
	local options="-q --leak-check=full --show-leak-kinds=definite
		--errors-for-leak-kinds=definite --error-exitcode=99
		--log-file=$build/report.%p"

	configure_build CC=gcc CFLAGS='-g -O1'
	build_all
	printf '#!/bin/sh\nexec valgrind %s %s "$@"\n' "${options//$'\n'/}" \
		"$build/wsserver" >wsserver-memcheck
	chmod +x wsserver-memcheck
	make -j"$more" check \
		TESTS="$(memcheck_tests | tr '\n' ' ')" \
		LOG_COMPILER=valgrind AM_LOG_FLAGS="${options//$'\n'/}" \
		TESTS_ENVIRONMENT="CK_FORK=no WSSERVER=$build/wsserver-memcheck"
	fail_on_reports
}

# It takes atomics, which the thread sanitizer knows, for plain memory: counters
# of ours, and a flag by which libcrypto tells that it has parsed a certificate.
# It also looks itself into a mutex that is destroyed right after its last
# unlock.
helgrind_suppressions() {
	local place

	for place in fun:traffic_gather fun:traffic_count_in \
		fun:traffic_count_out fun:question_free; do
		printf '{\n\tknown\n\tHelgrind:Race\n\t...\n\t%s\n}\n' "$place"
	done
	printf '{\n\tknown\n\tHelgrind:Race\n\tobj:*/libcrypto.so.*\n}\n'
}

# Unit tests with more than one thread; of the others it has nothing to say.
threaded_tests() {
	local name

	for name in test_lookup $(cd "$source/tests" &&
		grep -l pthread_create test_*.c); do
		[ "$name" = test_stack.c ] || echo "tests/${name%.c}"
	done
}

# Also ends while many connections are under way, once and again, for races
# show when they like. With the second stack of a race it would take thrice as
# long.
job_helgrind() {
	local options run status=0

	configure_build CC=gcc CFLAGS='-g -O1'
	build_all
	helgrind_suppressions >known.supp
	options="-q --tool=helgrind --history-level=none --error-exitcode=99"
	options+=" --suppressions=$build/known.supp --log-file=$build/report.%p"
	make -j"$more" check TESTS="$(threaded_tests | tr '\n' ' ')" \
		LOG_COMPILER=valgrind AM_LOG_FLAGS="$options" \
		TESTS_ENVIRONMENT='CK_TIMEOUT_MULTIPLIER=20' || status=1
	printf '#!/bin/sh\nexec valgrind %s "%s" "$@"\n' "$options" \
		"$build/wsserver" >wsserver-helgrind
	chmod +x wsserver-helgrind
	for run in 1 2; do
		echo "run $run"
		WSSERVER=$build/wsserver-helgrind \
			python3 "$source/tests/faults/run.py" --tls S9 ||
			status=1
	done
	fail_on_reports
	return $status
}

job_testssl() {
	configure_build
	make -j"$parallel" all
	python3 "$source/tests/faults/testssl.py"
}

# While servers behind HAProxy are restarted one by one.
job_proxies() {
	configure_build
	make -j"$parallel" all
	WSSERVER=$build/wsserver ECHOES=100000 sh "$source/tests/proxies.sh"
}

# That the targets still run and find nothing at once.
job_fuzz() {
	configure_build --enable-werror
	make -j"$parallel" fuzz FUZZ_SECONDS=15
}

# Told what Check's assertion means, for it does not know the macro.
job_cppcheck() {
	cd "$source"
	cppcheck -q -j"$parallel" --enable=warning,performance --std=c11 \
		--library=posix --library=gnu -D_GNU_SOURCE \
		-DPACKAGE_VERSION='"0"' -D'ck_assert(it)=if (!(it)) abort()' \
		-Isrc -Itests --error-exitcode=1 contrib src tests
}

# Left out, because they contradict the style or the platform:
tidy_checks() {
	echo '-*,bugprone-*,cert-*,concurrency-*,clang-analyzer-*'
	# Two lengths beside each other are no mistake.
	echo ',-bugprone-easily-swappable-parameters'
	# Text is a slice here: data and a length, no NUL.
	echo ',-bugprone-not-null-terminated-result'
	# -Wconversion sees to it, and knows what tolower returns.
	echo ',-bugprone-narrowing-conversions'
	# The hooks of the sanitizers have such names.
	echo ',-bugprone-reserved-identifier,-cert-dcl37-c,-cert-dcl51-cpp'
	# Wants a cast before each printf whose failure changes nothing.
	echo ',-cert-err33-c'
	# Only the kernel's own files and our own output are read by scanf.
	echo ',-cert-err34-c'
	# Wants the functions of C11's Annex K, which glibc does not have.
	echo ',-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling'
	# Fields stand in the order in which people read them.
	echo ',-clang-analyzer-optin.performance.Padding'
	# strerror is safe in glibc, the others run before the first thread.
	echo ',-concurrency-mt-unsafe'
}

# Tests make their input from constants whose size they know.
test_checks() {
	echo ',-clang-analyzer-security.insecureAPI.strcpy'
	echo ',-bugprone-implicit-widening-of-multiplication-result'
}

# tidy_all CHECKS FOLDER...; what is built with libraries of others is not ours.
tidy_all() {
	export CHECKS=${1//$'\n'/}
	shift
	find "$@" -name '*.c' ! -path '*/bench/peers/*' -print0 |
		xargs -0 -P"$parallel" -I{} bash -c 'tidy_one {}'
}

# A file at a time: in a second one it mistakes every va_list.
tidy_one() {
	clang-tidy --quiet --warnings-as-errors='*' --checks="$CHECKS" "$1" -- \
		-std=c11 -D_GNU_SOURCE -DPACKAGE_VERSION='"0"' -Isrc -Itests \
		2>/dev/null
}

job_clang_tidy() {
	export -f tidy_one
	cd "$source"
	tidy_all "$(tidy_checks)" contrib src
	tidy_all "$(tidy_checks)$(test_checks)" tests
}

# Which of gcc's findings are none in a file, and why.
analyzer_options() {
	case $1 in
	# tsearch keeps what it is given.
	src/server/registry.c) echo -Wno-analyzer-malloc-leak ;;
	# Who has a pointer to the first member of a struct can free it.
	src/transport/tcp.c) echo -Wno-analyzer-malloc-leak ;;
	esac
}

analyze_one() {
	local options

	read -ra options <<<"$(analyzer_options "$1")"
	gcc -std=c11 -O1 -D_GNU_SOURCE -DPACKAGE_VERSION='"0"' -Isrc \
		-fanalyzer -Werror "${options[@]}" -c -o /dev/null "$1"
}

job_gcc_analyzer() {
	export -f analyze_one analyzer_options
	cd "$source"
	find src -name '*.c' -print0 |
		xargs -0 -P"$parallel" -I{} bash -c 'analyze_one {}'
}

job_clang_format() {
	cd "$source"
	find contrib src tests -name '*.[ch]' -print0 |
		xargs -0 clang-format --dry-run --Werror
}

job_shellcheck() {
	cd "$source"
	find tests -name '*.sh' -print0 |
		xargs -0 shellcheck -x -P tests -S warning \
			bootstrap .ci/run .ci/jobs.sh
}

"job_$1"
