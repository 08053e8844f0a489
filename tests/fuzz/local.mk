# SPDX-License-Identifier: MIT
# make check runs each target on its corpus; make fuzz looks for more.

fuzz_targets = \
	tests/fuzz/fuzz_argv \
	tests/fuzz/fuzz_chunked \
	tests/fuzz/fuzz_connection_client \
	tests/fuzz/fuzz_connection_server \
	tests/fuzz/fuzz_deflate \
	tests/fuzz/fuzz_extension \
	tests/fuzz/fuzz_forwarded \
	tests/fuzz/fuzz_frames_client \
	tests/fuzz/fuzz_frames_server \
	tests/fuzz/fuzz_inflate \
	tests/fuzz/fuzz_log \
	tests/fuzz/fuzz_proxy_header \
	tests/fuzz/fuzz_request \
	tests/fuzz/fuzz_response \
	tests/fuzz/fuzz_uri \
	tests/fuzz/fuzz_utf8

fuzz_sources = \
	tests/fuzz/agreeing.c tests/fuzz/agreeing.h \
	tests/fuzz/commands.c tests/fuzz/commands.h \
	tests/fuzz/dialogue.c tests/fuzz/dialogue.h \
	tests/fuzz/frames.c tests/fuzz/frames.h \
	tests/fuzz/fuzz.c tests/fuzz/fuzz.h \
	tests/fuzz/heads.c tests/fuzz/heads.h \
	tests/fuzz/payloads.c tests/fuzz/payloads.h \
	tests/fuzz/plain_utf8.c tests/fuzz/plain_utf8.h \
	tests/fuzz/shown.c tests/fuzz/shown.h

EXTRA_DIST += \
	tests/fuzz/corpus \
	tests/fuzz/run.sh

# With a main function, which libFuzzer brings along elsewhere.
if HAVE_CHECK
TESTS += $(fuzz_targets)
check_PROGRAMS += $(fuzz_targets)
check_LIBRARIES += tests/fuzz/libreplay.a
endif
tests_fuzz_libreplay_a_SOURCES = $(fuzz_sources) tests/fuzz/replay.c

# All but the targets once more, for libFuzzer and the sanitizers.
EXTRA_LIBRARIES = tests/fuzz/libfuzz.a
CLEANFILES += tests/fuzz/libfuzz.a tests/fuzz/fuzz_*-libfuzzer
tests_fuzz_libfuzz_a_SOURCES = $(fuzz_sources) $(libwsserver_a_SOURCES) \
	tests/memory_transport.c tests/splits.c tests/suite.c
tests_fuzz_libfuzz_a_CFLAGS = $(WARNING_CFLAGS) $(FUZZ_CFLAGS) \
	-fsanitize=fuzzer-no-link

FUZZ_CC = clang
FUZZ_CFLAGS = -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all
FUZZ_SECONDS = 60

# Each target for some seconds, or those of FUZZ_TARGETS. What they find stays
# in a temporary directory.
FUZZ_TARGETS = $(fuzz_targets)
fuzz_libs = tests/fuzz/libfuzz.a $(CHECK_LIBS) $(EDIT_LIBS) $(OPENSSL_LIBS) \
	$(ZLIB_LIBS)
fuzz:
	$(MAKE) $(AM_MAKEFLAGS) CC='$(FUZZ_CC)' tests/fuzz/libfuzz.a
	CC='$(FUZZ_CC) $(AM_CPPFLAGS) $(WARNING_CFLAGS) $(FUZZ_CFLAGS)' \
		LIBS='$(fuzz_libs)' \
		FUZZ_SECONDS='$(FUZZ_SECONDS)' top_srcdir='$(srcdir)' \
		'$(srcdir)/tests/fuzz/run.sh' $(FUZZ_TARGETS)

.PHONY: fuzz
