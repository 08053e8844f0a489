/* SPDX-License-Identifier: MIT */
#include "memory_transport.h"
#include "suite.h"
#include "tls_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

START_TEST(does_not_wait_while_it_holds_bytes)
{
	tls_server_open(TLS_AT_ONCE);
	tls_peer_says(&tls_client, tls_bytes, 100);
	tls_server_receives(10);
	ck_assert_int_eq(tls_peer_wait(&tls_client), 0);
	ck_assert_uint_eq(tls_client.waits, 0);
}
END_TEST

START_TEST(does_not_wait_while_it_holds_a_record)
{
	tls_server_open(TLS_AT_ONCE);
	tls_peer_says(&tls_client, tls_bytes, 100);
	tls_peer_says(&tls_client, tls_bytes, 50);
	tls_server_receives(100);
	ck_assert_uint_eq(BIO_ctrl_pending(tls_client.says), 0);
	ck_assert_int_eq(tls_peer_wait(&tls_client), 0);
	ck_assert_uint_eq(tls_client.waits, 0);
	tls_server_receives(50);
}
END_TEST

/* Held back are: the whole record, a part, and a part behind its header. */
static const size_t held_back[] = {SIZE_MAX, 60, 117};

START_TEST(waits_below_for_the_rest_of_a_record)
{
	tls_server_open(TLS_AT_ONCE);
	tls_peer_says(&tls_client, tls_bytes, 100);
	tls_client.held_back = held_back[_i];
	tls_peer_receive_fails(&tls_client, EAGAIN);
	ck_assert_int_eq(tls_peer_wait(&tls_client), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_uint_eq(tls_client.waits, 1);
	tls_client.held_back = 0;
	ck_assert_int_eq(tls_peer_wait(&tls_client), 0);
	ck_assert_uint_eq(tls_client.waits, 2);
	tls_server_receives(100);
}
END_TEST

START_TEST(waits_below_when_all_was_received)
{
	tls_server_open(_i);
	tls_peer_says(&tls_client, tls_bytes, 100);
	tls_server_receives(100);
	ck_assert_int_eq(tls_peer_wait(&tls_client), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_uint_eq(tls_client.waits, 1);
}
END_TEST

START_TEST(ends_with_a_close_notify)
{
	char byte;

	tls_server_open(_i);
	tls_peer_says(&tls_client, tls_bytes, 3);
	SSL_shutdown(tls_client.ssl);
	tls_server_receives(3);
	ck_assert_int_eq(tls_peer_receive(&tls_client, &byte, 1), 0);
	ck_assert_int_eq(tls_peer_receive(&tls_client, &byte, 1), 0);
	tls_peer_explains(&tls_client, "");
	tls_server_sends(100);
}
END_TEST

START_TEST(tells_an_end_without_close_notify)
{
	tls_server_open(_i);
	tls_peer_says(&tls_client, tls_bytes, 3);
	tls_client.has_ended = true;
	tls_server_receives(3);
	tls_peer_receive_fails(&tls_client, EPROTO);
	tls_peer_explains(&tls_client, "TLS: stream truncated");
	tls_peer_send_fails(&tls_client, EPIPE);
}
END_TEST

START_TEST(tells_an_end_in_mid_record)
{
	tls_server_open(_i);
	tls_peer_says(&tls_client, tls_bytes, 100);
	tls_client.held_back = 10;
	tls_client.has_ended = true;
	tls_peer_receive_fails(&tls_client, EPROTO);
	tls_peer_explains(&tls_client, "TLS: stream truncated");
}
END_TEST

START_TEST(passes_failures_of_receiving_on)
{
	tls_server_open(_i);
	tls_client.receive_failure = ECONNRESET;
	tls_peer_receive_fails(&tls_client, ECONNRESET);
	tls_peer_explains(&tls_client, "");
	tls_peer_send_fails(&tls_client, EPIPE);
}
END_TEST

START_TEST(passes_failures_of_sending_on)
{
	tls_server_open(TLS_AT_ONCE);
	tls_client.send_failure = ECONNRESET;
	tls_peer_send_fails(&tls_client, ECONNRESET);
	tls_peer_explains(&tls_client, "");
	tls_peer_send_fails(&tls_client, EPIPE);
}
END_TEST

START_TEST(fails_to_send_behind_the_end_to_a_peer_that_is_gone)
{
	char byte;

	tls_server_open(TLS_AT_ONCE);
	SSL_shutdown(tls_client.ssl);
	ck_assert_int_eq(tls_peer_receive(&tls_client, &byte, 1), 0);
	tls_client.send_failure = EPIPE;
	tls_peer_send_fails(&tls_client, EPIPE);
}
END_TEST

/* Takes what the peer has said away, and says it with a byte changed. */
static void
garble(void)
{
	char record[1000];
	int length = BIO_read(tls_client.says, record, sizeof(record));

	record[length - 1] ^= 1;
	ck_assert_int_eq(BIO_write(tls_client.says, record, length), length);
}

START_TEST(refuses_a_garbled_record)
{
	tls_server_open(_i);
	tls_peer_says(&tls_client, tls_bytes, 100);
	garble();
	tls_peer_receive_fails(&tls_client, EPROTO);
	tls_peer_explains(
		&tls_client, "TLS: decryption failed or bad record mac");
	tls_peer_send_fails(&tls_client, EPIPE);
	if (!tls_client.interrupts) {
		ck_assert_int_eq(tls_peer_reads_on(&tls_client), SSL_ERROR_SSL);
		ck_assert_int_eq(
			tls_client.failure, SSL_R_SSLV3_ALERT_BAD_RECORD_MAC);
	}
}
END_TEST

START_TEST(finishes_with_a_close_notify)
{
	tls_server_open(_i);
	tls_server_sends(10);
	ck_assert_int_eq(tls_peer_finish(&tls_client), 0);
	ck_assert(tls_client.finished);
	tls_peer_hears(&tls_client, tls_bytes, 10);
	ck_assert_int_eq(tls_peer_reads_on(&tls_client), SSL_ERROR_ZERO_RETURN);
	tls_peer_says(&tls_client, tls_bytes, 100);
	tls_server_receives(100);
}
END_TEST

START_TEST(finishes_what_is_below_when_it_is_broken_or_never_opened)
{
	tls_server_begin(_i);
	ck_assert_int_eq(tls_peer_finish(&tls_client), 0);
	ck_assert(tls_client.finished);
	tls_client.finished = false;
	tls_peer_opens(&tls_client);
	tls_client.send_failure = EPIPE;
	tls_peer_send_fails(&tls_client, _i % 2 == 1 ? EINTR : EPIPE);
	ck_assert_int_eq(tls_peer_finish(&tls_client), 0);
	ck_assert(tls_client.finished);
}
END_TEST

static Suite *
ends_suite(void)
{
	Suite *suite = suite_create("tls_ends");
	TCase *waits = tcase_create("waits");
	TCase *ends = tcase_create("ends");
	int variants = MEMORY_TRANSPORT_VARIANTS;

	tcase_add_checked_fixture(
		waits, tls_server_set_up, tls_server_tear_down);
	tcase_add_test(waits, does_not_wait_while_it_holds_bytes);
	tcase_add_test(waits, does_not_wait_while_it_holds_a_record);
	tcase_add_loop_test(waits, waits_below_for_the_rest_of_a_record, 0,
		COUNT_OF(held_back));
	tcase_add_loop_test(
		waits, waits_below_when_all_was_received, 0, variants);
	suite_add_tcase(suite, waits);

	tcase_add_checked_fixture(
		ends, tls_server_set_up, tls_server_tear_down);
	tcase_add_loop_test(ends, ends_with_a_close_notify, 0, variants);
	tcase_add_loop_test(
		ends, tells_an_end_without_close_notify, 0, variants);
	tcase_add_loop_test(ends, tells_an_end_in_mid_record, 0, variants);
	tcase_add_loop_test(ends, passes_failures_of_receiving_on, 0, variants);
	tcase_add_test(ends, passes_failures_of_sending_on);
	tcase_add_test(
		ends, fails_to_send_behind_the_end_to_a_peer_that_is_gone);
	tcase_add_loop_test(ends, refuses_a_garbled_record, 0, variants);
	tcase_add_loop_test(ends, finishes_with_a_close_notify, 0, variants);
	tcase_add_loop_test(ends,
		finishes_what_is_below_when_it_is_broken_or_never_opened, 0,
		variants);
	suite_add_tcase(suite, ends);
	return suite;
}

int
main(void)
{
	return suite_run(ends_suite());
}
