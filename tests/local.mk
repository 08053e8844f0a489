# SPDX-License-Identifier: MIT
# What make check runs. A test whose peer is missing says SKIP (77).

TEST_EXTENSIONS = .sh
AM_TESTS_ENVIRONMENT = \
	top_srcdir='$(abs_top_srcdir)'; export top_srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	WSSERVER='$(abs_top_builddir)/wsserver$(EXEEXT)'; export WSSERVER; \
	WSCLIENT='$(abs_top_builddir)/wsclient$(EXEEXT)'; export WSCLIENT; \
	WSBENCH='$(abs_top_builddir)/wsbench$(EXEEXT)'; export WSBENCH;

# A module has a file of its name, or several.
unit_tests = \
	tests/test_activation \
	tests/test_address \
	tests/test_assembler \
	tests/test_assembler_memory \
	tests/test_bench_opening \
	tests/test_bench_options \
	tests/test_buffer \
	tests/test_check \
	tests/test_check_frames \
	tests/test_check_handshake \
	tests/test_chunked \
	tests/test_client_options \
	tests/test_client_role \
	tests/test_clock \
	tests/test_close_code \
	tests/test_closing \
	tests/test_command \
	tests/test_completion \
	tests/test_compression \
	tests/test_config \
	tests/test_connecting \
	tests/test_connection \
	tests/test_console \
	tests/test_deflate \
	tests/test_deflate_combinations \
	tests/test_display \
	tests/test_echo \
	tests/test_encoding \
	tests/test_endpoint \
	tests/test_escape \
	tests/test_event \
	tests/test_extension \
	tests/test_farewell \
	tests/test_fault_call \
	tests/test_faults \
	tests/test_faults_page \
	tests/test_forwarded \
	tests/test_frame \
	tests/test_handshake \
	tests/test_handshake_client \
	tests/test_histogram \
	tests/test_http \
	tests/test_http_scan \
	tests/test_inflate \
	tests/test_info \
	tests/test_input \
	tests/test_interruption \
	tests/test_json \
	tests/test_keepalive \
	tests/test_limit \
	tests/test_limits \
	tests/test_line \
	tests/test_listener \
	tests/test_listening \
	tests/test_log \
	tests/test_lookup \
	tests/test_losses \
	tests/test_mask \
	tests/test_messages \
	tests/test_metrics \
	tests/test_misbehaviour \
	tests/test_network \
	tests/test_notify \
	tests/test_opening \
	tests/test_option \
	tests/test_options \
	tests/test_outlet \
	tests/test_pages \
	tests/test_permessage_deflate \
	tests/test_pinger \
	tests/test_polled \
	tests/test_privileges \
	tests/test_process \
	tests/test_proxies \
	tests/test_proxy \
	tests/test_proxy_header \
	tests/test_registry \
	tests/test_replies \
	tests/test_request \
	tests/test_response \
	tests/test_result \
	tests/test_shortage \
	tests/test_signals \
	tests/test_slice \
	tests/test_stack \
	tests/test_stream \
	tests/test_tally \
	tests/test_target \
	tests/test_tcp \
	tests/test_terminal \
	tests/test_tls \
	tests/test_tls_context \
	tests/test_tls_ends \
	tests/test_tls_memory \
	tests/test_tls_plain \
	tests/test_tls_threads \
	tests/test_tls_trust \
	tests/test_traffic \
	tests/test_uri \
	tests/test_utf8 \
	tests/test_writer

dist_check_SCRIPTS = \
	tests/bench.sh \
	tests/client.sh \
	tests/completions.sh \
	tests/conformance.sh \
	tests/endpoints.sh \
	tests/endpoints_chromium.sh \
	tests/endpoints_node.sh \
	tests/endpoints_python.sh \
	tests/faults.sh \
	tests/injection.sh \
	tests/interop_chromium.sh \
	tests/interop_console.sh \
	tests/interop_node.sh \
	tests/interop_python.sh \
	tests/interop_wscat.sh \
	tests/layers.sh \
	tests/mutation.sh \
	tests/pages.sh \
	tests/proxies.sh \
	tests/system.sh \
	tests/systemd.sh

# What these scripts run.
EXTRA_DIST += \
	tests/bench/cases.py \
	tests/bench/compare.py \
	tests/bench/idle.py \
	tests/bench/page.py \
	tests/bench/peers \
	tests/bench/servers.py \
	tests/client \
	tests/common \
	tests/conformance \
	tests/endpoints \
	tests/faults \
	tests/injection \
	tests/interop \
	tests/mutation \
	tests/pages \
	tests/soak \
	tests/system \
	tests/wsbench

TESTS = $(dist_check_SCRIPTS)

# What makes calls fail in a server that a script starts.
check_PROGRAMS = tests/failing.so
tests_failing_so_SOURCES = \
	tests/failing.c tests/failing.h \
	tests/failing_calls.c \
	tests/failing_libraries.c
tests_failing_so_CFLAGS = $(WARNING_CFLAGS) -fPIC
tests_failing_so_LDFLAGS = -shared
tests_failing_so_LDADD = -ldl

if HAVE_CHECK
TESTS += $(unit_tests)
check_PROGRAMS += $(unit_tests)
check_LIBRARIES = tests/libtests.a
endif

LDADD = tests/fuzz/libreplay.a tests/libtests.a libwsserver.a \
	$(CHECK_LIBS) $(EDIT_LIBS) $(OPENSSL_LIBS) $(ZLIB_LIBS)
tests_libtests_a_SOURCES = \
	tests/agreement.c tests/agreement.h \
	tests/assembly.c tests/assembly.h \
	tests/capture.c tests/capture.h \
	tests/certificates.c tests/certificates.h \
	tests/deflation.c tests/deflation.h \
	tests/extension_fields.c tests/extension_fields.h \
	tests/fake_server.c tests/fake_server.h \
	tests/guard.c tests/guard.h \
	tests/heads.c tests/heads.h \
	tests/interruption.c tests/interruption.h \
	tests/logfile.c tests/logfile.h \
	tests/manual.c tests/manual.h \
	tests/memory_transport.c tests/memory_transport.h \
	tests/one_check.c tests/one_check.h \
	tests/parsing.c tests/parsing.h \
	tests/peer.c tests/peer.h \
	tests/randomness.c tests/randomness.h \
	tests/room.c tests/room.h \
	tests/scratch.c tests/scratch.h \
	tests/splits.c tests/splits.h \
	tests/suite.c tests/suite.h \
	tests/tls_peer.c tests/tls_peer.h \
	tests/tls_server.c tests/tls_server.h

bench_programs = \
	tests/bench/rawecho \
	tests/bench/rawload
EXTRA_PROGRAMS = $(bench_programs)
CLEANFILES += $(bench_programs)
tests_bench_rawecho_SOURCES = \
	tests/bench/rawecho.c \
	tests/bench/zlib_work.c tests/bench/zlib_work.h
tests_bench_rawecho_LDADD = libwsserver.a $(OPENSSL_LIBS) $(ZLIB_LIBS)
tests_bench_rawload_LDADD = libwsserver.a $(OPENSSL_LIBS) $(ZLIB_LIBS)
