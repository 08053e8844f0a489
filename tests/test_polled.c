/* SPDX-License-Identifier: MIT */
/* A connection that is polled, step by step: websocket/connection.h. */
#include "peer.h"

#include <errno.h>
#include <string.h>

#define TEXT (FIN | OPCODE_TEXT)
#define BINARY (FIN | OPCODE_BINARY)
#define PING (FIN | OPCODE_PING)
#define PONG (FIN | OPCODE_PONG)

#define VARIANT_PLAIN (MEMORY_TRANSPORT_VARIANTS - 2)
#define LARGE 70000

static struct peer peer;
static struct message message;

static void
set_up(void)
{
	peer_init(&peer, ROLE_CLIENT);
}

static void
tear_down(void)
{
	peer_release(&peer);
}

/* Behind what the peer says nothing comes, and nobody waits for it. */
static void
open_polled(int variant)
{
	peer_open(&peer, variant);
	peer.memory.stalls = true;
	connection_set_polled(peer.connection, true);
}

static enum connection_progress
step(void)
{
	return connection_step(peer.connection, &message);
}

static void
steps_to(enum opcode opcode, const char *payload)
{
	ck_assert_int_eq(step(), CONNECTION_MESSAGE);
	ck_assert_uint_eq(message.opcode, opcode);
	ck_assert(slice_equals(message.payload, slice_of(payload)));
}

START_TEST(tells_messages_pings_and_pongs_in_order)
{
	peer_says(&peer, TEXT, "one");
	peer_says(&peer, OPCODE_TEXT, "t");
	peer_says(&peer, PING, "are you there");
	peer_says(&peer, FIN, "wo");
	peer_says(&peer, PONG, "");
	peer_says(&peer, BINARY, "");
	open_polled(_i);
	steps_to(OPCODE_TEXT, "one");
	steps_to(OPCODE_PING, "are you there");
	steps_to(OPCODE_TEXT, "two");
	steps_to(OPCODE_PONG, "");
	steps_to(OPCODE_BINARY, "");
	ck_assert_int_eq(step(), CONNECTION_IDLE);
	ck_assert_int_eq(step(), CONNECTION_IDLE);
	peer_hears(&peer, PONG, "are you there");
	peer_hears_nothing(&peer);
	ck_assert_uint_eq(
		traffic_totals(connection_traffic(peer.connection)).messages_in,
		3);
	ck_assert_uint_eq(
		traffic_totals(connection_traffic(peer.connection)).bytes_in,
		6);
}
END_TEST

/* The transport must not be asked to wait, nor told how long to. */
START_TEST(never_waits)
{
	open_polled(VARIANT_PLAIN);
	peer.memory.receive_limit = -5;
	ck_assert_int_eq(step(), CONNECTION_IDLE);
	ck_assert_int_eq(peer.memory.receive_limit, -5);
	ck_assert_uint_eq(peer.memory.waits, 0);
}
END_TEST

START_TEST(holds_back_what_the_transport_does_not_take)
{
	static char payload[LARGE];
	struct slice large = {payload, LARGE};

	open_polled(VARIANT_PLAIN);
	peer.memory.send_failure = EAGAIN;
	ck_assert(connection_send(peer.connection, OPCODE_BINARY, &large, 1));
	ck_assert_int_eq(step(), CONNECTION_IDLE);
	ck_assert_uint_gt(connection_unsent(peer.connection), LARGE);
	peer_hears_nothing(&peer);
	ck_assert(!connection_advances(peer.connection));
	peer.memory.advances = true;
	ck_assert(connection_advances(peer.connection));
	peer.memory.send_failure = 0;
	ck_assert(connection_flush(peer.connection));
	ck_assert_uint_eq(connection_unsent(peer.connection), 0);
	peer_hears_bytes(&peer, BINARY, large);
}
END_TEST

START_TEST(sends_what_is_left_when_it_is_polled_no_more)
{
	struct slice text = slice_of("text");

	open_polled(_i);
	ck_assert(connection_send(peer.connection, OPCODE_TEXT, &text, 1));
	peer_hears_nothing(&peer);
	connection_set_polled(peer.connection, false);
	peer_hears(&peer, TEXT, "text");
}
END_TEST

START_TEST(tells_messages_between_both_closes)
{
	peer_says(&peer, TEXT, "on its way");
	peer_says(&peer, PING, "?");
	peer_says(&peer, OPCODE_TEXT, "and ");
	peer_says(&peer, FIN, "more");
	peer_says_close(&peer, CLOSE_NORMAL, "");
	peer_says(&peer, TEXT, "too late");
	open_polled(_i);
	connection_close(peer.connection, CLOSE_NORMAL, "bye");
	steps_to(OPCODE_TEXT, "on its way");
	steps_to(OPCODE_PING, "?");
	steps_to(OPCODE_TEXT, "and more");
	ck_assert_int_eq(step(), CONNECTION_ENDED);
	ck_assert_int_eq(step(), CONNECTION_ENDED);
	peer_hears_close(&peer, CLOSE_NORMAL, "bye");
	peer_hears_nothing(&peer);
	peer_saw_end(&peer, CLOSE_NORMAL, CLOSED_BY_US, "bye");
}
END_TEST

START_TEST(answers_the_close_of_the_peer)
{
	peer_says_close(&peer, CLOSE_GOING_AWAY, "going away");
	open_polled(_i);
	ck_assert_int_eq(step(), CONNECTION_ENDED);
	peer_hears_close(&peer, CLOSE_GOING_AWAY, "");
	peer_saw_end(&peer, CLOSE_GOING_AWAY, CLOSED_BY_PEER, "going away");
}
END_TEST

START_TEST(fails_the_connection_at_what_is_wrong)
{
	peer_says(&peer, TEXT, "fine");
	peer_says(&peer, FIN | 3, "");
	open_polled(_i);
	steps_to(OPCODE_TEXT, "fine");
	ck_assert_int_eq(step(), CONNECTION_ENDED);
	peer_hears_close(&peer, CLOSE_PROTOCOL_ERROR, "reserved opcode");
	peer_saw_end(
		&peer, CLOSE_PROTOCOL_ERROR, CLOSED_BY_US, "reserved opcode");
}
END_TEST

/* Our Close is sent already, but what came is not taken for an answer. */
START_TEST(tells_what_is_wrong_behind_our_close)
{
	peer_says(&peer, FIN | 3, "");
	open_polled(_i);
	connection_close(peer.connection, CLOSE_NORMAL, NULL);
	ck_assert_int_eq(step(), CONNECTION_ENDED);
	peer_hears_close(&peer, CLOSE_NORMAL, "");
	peer_hears_nothing(&peer);
	peer_saw_end(
		&peer, CLOSE_PROTOCOL_ERROR, CLOSED_BY_US, "reserved opcode");
}
END_TEST

START_TEST(refuses_a_bad_close_behind_ours)
{
	peer_says(&peer, FIN | OPCODE_CLOSE, "x");
	open_polled(VARIANT_PLAIN);
	connection_close(peer.connection, CLOSE_NORMAL, NULL);
	ck_assert_int_eq(step(), CONNECTION_ENDED);
	ck_assert_uint_eq(
		connection_end(peer.connection).code, CLOSE_PROTOCOL_ERROR);
}
END_TEST

START_TEST(tells_that_the_stream_ended)
{
	open_polled(_i);
	peer.memory.stalls = false;
	ck_assert_int_eq(step(), CONNECTION_ENDED);
	peer_saw_end(&peer, CLOSE_ABNORMAL, CLOSED_BY_NOBODY, "");
}
END_TEST

START_TEST(tells_that_the_stream_was_lost)
{
	struct slice text = slice_of("text");

	open_polled(VARIANT_PLAIN);
	ck_assert(connection_send(peer.connection, OPCODE_TEXT, &text, 1));
	peer.memory.send_failure = EPIPE;
	ck_assert_int_eq(step(), CONNECTION_ENDED);
	peer_saw_end(
		&peer, CLOSE_ABNORMAL, CLOSED_BY_NOBODY, "connection reset");
	ck_assert(!connection_flush(peer.connection));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("polled");
	TCase *cases = tcase_create("polled");

#define add_variants(test)                                                     \
	tcase_add_loop_test(cases, test, 0, MEMORY_TRANSPORT_VARIANTS)
	tcase_add_checked_fixture(cases, set_up, tear_down);
	add_variants(tells_messages_pings_and_pongs_in_order);
	tcase_add_test(cases, never_waits);
	tcase_add_test(cases, holds_back_what_the_transport_does_not_take);
	add_variants(sends_what_is_left_when_it_is_polled_no_more);
	add_variants(tells_messages_between_both_closes);
	add_variants(answers_the_close_of_the_peer);
	add_variants(fails_the_connection_at_what_is_wrong);
	add_variants(tells_what_is_wrong_behind_our_close);
	tcase_add_test(cases, refuses_a_bad_close_behind_ours);
	add_variants(tells_that_the_stream_ended);
	tcase_add_test(cases, tells_that_the_stream_was_lost);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
