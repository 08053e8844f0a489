/* SPDX-License-Identifier: MIT */
#include "memory_transport.h"
#include "suite.h"
#include "tls_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const size_t sizes[] = {1, 2, 125, 1000, 4096, TLS_RECORD_MAX - 1,
	TLS_RECORD_MAX, TLS_RECORD_MAX + 1, TLS_BYTES};

/* In very small bites, much takes long and shows nothing new. */
#define BITES_MAX 2500

static bool
is_too_much(size_t length)
{
	return length / tls_client.chunk > BITES_MAX;
}

START_TEST(echoes_bytes_in_both_directions)
{
	tls_server_open(_i);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		if (is_too_much(sizes[i]))
			continue;
		tls_peer_says(&tls_client, tls_bytes, sizes[i]);
		tls_server_receives(sizes[i]);
		tls_server_sends(sizes[i]);
		tls_peer_hears(&tls_client, tls_bytes, sizes[i]);
	}
}
END_TEST

static const struct gathering {
	int count;
	size_t lengths[4];
	size_t first_record;
} gatherings[] = {
	{1, {5}, 5},
	{2, {4, 30}, 34},
	{4, {10, 0, 20, 30}, 60},
	{2, {14, TLS_BYTES - 14}, TLS_RECORD_MAX},
	{3, {TLS_RECORD_MAX - 1, 1, 1}, TLS_RECORD_MAX},
	{2, {TLS_RECORD_MAX, 1}, TLS_RECORD_MAX},
	{3, {2, TLS_RECORD_MAX, 3}, TLS_RECORD_MAX},
	{4, {100, 200, 40000, 7}, TLS_RECORD_MAX},
};

static size_t
gather(const struct gathering *gathering, struct iovec pieces[4])
{
	size_t total = 0;

	for (int i = 0; i < gathering->count; i++) {
		pieces[i] = (struct iovec){
			tls_bytes + total, gathering->lengths[i]};
		total += gathering->lengths[i];
	}
	return total;
}

START_TEST(gathers_small_pieces_in_one_record)
{
	char *record = malloc(TLS_RECORD_MAX);

	tls_server_open(TLS_AT_ONCE);
	for (size_t i = 0; i < COUNT_OF(gatherings); i++) {
		const struct gathering *gathering = &gatherings[i];
		struct iovec pieces[4];
		size_t total = gather(gathering, pieces);
		size_t first = gathering->first_record;

		tls_peer_sends(&tls_client, pieces, gathering->count);
		ck_assert_int_eq(
			SSL_read(tls_client.ssl, record, TLS_RECORD_MAX),
			(int)first);
		ck_assert_int_eq(memcmp(record, tls_bytes, first), 0);
		tls_peer_hears(&tls_client, tls_bytes + first, total - first);
	}
	free(record);
}
END_TEST

START_TEST(sends_the_rest_of_a_record_after_a_time_limit)
{
	tls_server_open(_i);
	tls_client.stutters = true;
	for (size_t i = 0; i < COUNT_OF(gatherings); i++) {
		struct iovec pieces[4];
		size_t total = gather(&gatherings[i], pieces);

		if (is_too_much(total))
			continue;
		tls_peer_sends(&tls_client, pieces, gatherings[i].count);
		tls_peer_hears(&tls_client, tls_bytes, total);
	}
}
END_TEST

/* So a peer that takes its time with much is seen to take some. */
START_TEST(tells_of_each_record_sent)
{
	struct iovec piece = {tls_bytes, TLS_BYTES};

	tls_server_open(TLS_AT_ONCE);
	ck_assert_int_eq(
		tls_peer_send_once(&tls_client, &piece, 1), TLS_RECORD_MAX);
	tls_peer_hears(&tls_client, tls_bytes, TLS_RECORD_MAX);
}
END_TEST

START_TEST(sends_nothing_while_a_time_limit_passes)
{
	char text[] = "hello";
	struct iovec piece = {text, sizeof(text)};

	tls_server_open(TLS_AT_ONCE);
	tls_client.is_deaf = true;
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(
			tls_peer_send_once(&tls_client, &piece, 1), -1);
		ck_assert_int_eq(errno, EAGAIN);
	}
	tls_client.is_deaf = false;
	tls_peer_sends(&tls_client, &piece, 1);
	tls_peer_hears(&tls_client, text, sizeof(text));
}
END_TEST

START_TEST(receives_from_below_once_in_a_call)
{
	char bytes[10];
	int calls = 0;

	tls_server_open(0);
	tls_peer_says(&tls_client, tls_bytes, sizeof(bytes));
	while (tls_peer_receive_once(&tls_client, bytes, sizeof(bytes)) < 0) {
		ck_assert_int_eq(errno, EINTR);
		ck_assert_int_lt(++calls, 100);
	}
	ck_assert_int_gt(calls, (int)sizeof(bytes));
	ck_assert_int_eq(memcmp(bytes, tls_bytes, sizeof(bytes)), 0);
}
END_TEST

START_TEST(opens_byte_by_byte)
{
	int calls = 0;

	tls_server_begin(0);
	while (tls_peer_open_once(&tls_client) < 0) {
		ck_assert_int_eq(errno, EINTR);
		calls++;
	}
	ck_assert_int_gt(calls, 100);
	ck_assert_uint_ge(tls_client.receives, (unsigned)calls);
}
END_TEST

START_TEST(goes_on_opening_after_a_time_limit)
{
	tls_server_begin(TLS_AT_ONCE);
	tls_client.held_back = SIZE_MAX;
	ck_assert_int_eq(tls_peer_open(&tls_client), EAGAIN);
	tls_client.held_back = 100;
	ck_assert_int_eq(tls_peer_open(&tls_client), EAGAIN);
	tls_client.held_back = 0;
	tls_peer_opens(&tls_client);
}
END_TEST

START_TEST(fails_to_open_for_a_peer_that_hears_nothing)
{
	tls_server_begin(TLS_AT_ONCE);
	tls_client.is_deaf = true;
	ck_assert_int_eq(tls_peer_open(&tls_client), ETIMEDOUT);
	ck_assert_uint_le(tls_client.sends, 2);
}
END_TEST

START_TEST(sends_nothing_before_it_is_open)
{
	tls_server_begin(TLS_AT_ONCE);
	tls_peer_send_fails(&tls_client, EPIPE);
	ck_assert_uint_eq(tls_client.sends, 0);
}
END_TEST

static void
ask_for_new_keys(void)
{
	ck_assert_int_eq(
		SSL_key_update(tls_client.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
	ck_assert_int_eq(SSL_do_handshake(tls_client.ssl), 1);
}

START_TEST(changes_keys_when_it_is_asked_to)
{
	tls_server_open(_i);
	for (size_t length = 1; length < 10; length++) {
		ask_for_new_keys();
		tls_peer_says(&tls_client, tls_bytes, length);
		tls_server_receives(length);
		tls_server_sends(length);
		tls_peer_hears(&tls_client, tls_bytes, length);
	}
}
END_TEST

/* The answer goes out with what is sent next, or with nothing. */
START_TEST(gives_up_receiving_when_new_keys_cannot_be_sent)
{
	tls_server_open(TLS_AT_ONCE);
	ask_for_new_keys();
	tls_peer_receive_fails(&tls_client, EAGAIN);
	tls_client.is_deaf = true;
	tls_client.sends = 0;
	tls_peer_send_fails(&tls_client, EAGAIN);
	tls_peer_send_fails(&tls_client, EAGAIN);
	tls_peer_receive_fails(&tls_client, ETIMEDOUT);
	ck_assert_uint_eq(tls_client.sends, 3);
	tls_peer_send_fails(&tls_client, EPIPE);
	ck_assert_uint_eq(tls_client.sends, 3);
}
END_TEST

START_TEST(sends_new_keys_after_an_interruption)
{
	tls_server_open(_i);
	ask_for_new_keys();
	tls_peer_receive_fails(&tls_client, EAGAIN);
	tls_client.interrupts = true;
	tls_client.calls = 0;
	tls_peer_send_fails(&tls_client, EINTR);
	tls_peer_receive_fails(&tls_client, EAGAIN);
	tls_server_sends(10);
	tls_peer_hears(&tls_client, tls_bytes, 10);
}
END_TEST

START_TEST(passes_time_limits_on)
{
	tls_server_begin(TLS_AT_ONCE);
	ck_assert_int_eq(tls_client.transport->type->set_time_limit(
				 tls_client.transport, TRANSPORT_SENDING, 70),
		0);
	ck_assert_int_eq(tls_client.send_limit, 70);
}
END_TEST

static Suite *
tls_suite(void)
{
	Suite *suite = suite_create("tls");
	TCase *streams = tcase_create("streams");
	int variants = MEMORY_TRANSPORT_VARIANTS;

	tcase_add_checked_fixture(
		streams, tls_server_set_up, tls_server_tear_down);
	tcase_add_loop_test(
		streams, echoes_bytes_in_both_directions, 0, variants);
	tcase_add_test(streams, gathers_small_pieces_in_one_record);
	tcase_add_loop_test(streams,
		sends_the_rest_of_a_record_after_a_time_limit, 0, variants);
	tcase_add_test(streams, tells_of_each_record_sent);
	tcase_add_test(streams, sends_nothing_while_a_time_limit_passes);
	tcase_add_test(streams, receives_from_below_once_in_a_call);
	tcase_add_test(streams, opens_byte_by_byte);
	tcase_add_test(streams, goes_on_opening_after_a_time_limit);
	tcase_add_test(streams, fails_to_open_for_a_peer_that_hears_nothing);
	tcase_add_test(streams, sends_nothing_before_it_is_open);
	tcase_add_loop_test(
		streams, changes_keys_when_it_is_asked_to, 0, variants);
	tcase_add_test(
		streams, gives_up_receiving_when_new_keys_cannot_be_sent);
	tcase_add_loop_test(
		streams, sends_new_keys_after_an_interruption, 0, variants);
	tcase_add_test(streams, passes_time_limits_on);
	suite_add_tcase(suite, streams);
	return suite;
}

int
main(void)
{
	return suite_run(tls_suite());
}
