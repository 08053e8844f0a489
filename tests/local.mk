# SPDX-License-Identifier: MIT
# What make check runs. Each test says SKIP (77) when its peer is missing.

TEST_EXTENSIONS = .sh .py
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	WSSERVER='$(abs_top_builddir)/wsserver$(EXEEXT)'; export WSSERVER;

unit_tests = \
	tests/test_address \
	tests/test_assembler \
	tests/test_buffer \
	tests/test_clock \
	tests/test_close_code \
	tests/test_connection \
	tests/test_frame \
	tests/test_handshake \
	tests/test_http \
	tests/test_listening \
	tests/test_mask \
	tests/test_opening \
	tests/test_slice \
	tests/test_stream \
	tests/test_tcp \
	tests/test_utf8

dist_check_SCRIPTS = \
	tests/layers.sh

TESTS = $(dist_check_SCRIPTS)

if HAVE_CHECK
TESTS += $(unit_tests)
check_PROGRAMS = $(unit_tests)
check_LIBRARIES = tests/libtests.a
endif

AM_LDADD = tests/libtests.a libwsserver.a $(CHECK_LIBS) $(CRYPTO_LIBS)
tests_libtests_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests $(CHECK_CFLAGS)
tests_libtests_a_SOURCES = \
	tests/guard.c tests/guard.h \
	tests/memory_transport.c tests/memory_transport.h \
	tests/suite.c tests/suite.h
tests_test_address_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_address_LDADD = $(AM_LDADD)
tests_test_assembler_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_assembler_LDADD = $(AM_LDADD)
tests_test_buffer_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_buffer_LDADD = $(AM_LDADD)
tests_test_clock_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_clock_LDADD = $(AM_LDADD)
tests_test_close_code_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_close_code_LDADD = $(AM_LDADD)
tests_test_connection_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_connection_LDADD = $(AM_LDADD)
tests_test_frame_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_frame_LDADD = $(AM_LDADD)
tests_test_handshake_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_handshake_LDADD = $(AM_LDADD)
tests_test_http_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_http_LDADD = $(AM_LDADD)
tests_test_listening_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_listening_LDADD = $(AM_LDADD)
tests_test_mask_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_mask_LDADD = $(AM_LDADD)
tests_test_opening_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_opening_LDADD = $(AM_LDADD)
tests_test_slice_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_slice_LDADD = $(AM_LDADD)
tests_test_stream_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_stream_LDADD = $(AM_LDADD)
tests_test_tcp_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_tcp_LDADD = $(AM_LDADD)
tests_test_utf8_CPPFLAGS = $(tests_libtests_a_CPPFLAGS)
tests_test_utf8_LDADD = $(AM_LDADD)
