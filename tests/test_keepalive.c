/* SPDX-License-Identifier: MIT */
/* A connection that falls quiet: pings, time limits, memory given back. */
#include "peer.h"

#include "transport/clock.h"
#include "websocket/stream.h"

#include <errno.h>
#include <string.h>

#define TEXT (FIN | OPCODE_TEXT)
#define BINARY (FIN | OPCODE_BINARY)
#define PING (FIN | OPCODE_PING)

#define SHORT_TIME 30
#define LONG_TIME 3000

/* All at once and without interrupts. */
#define VARIANT_PLAIN (MEMORY_TRANSPORT_VARIANTS - 2)

static struct peer peer;

static void
set_up(void)
{
	peer_init(&peer, ROLE_SERVER);
	peer.settings.ping_timeout = LONG_TIME;
}

static void
tear_down(void)
{
	peer_release(&peer);
}

START_TEST(goes_on_after_a_silence)
{
	peer_says(&peer, TEXT, "before");
	peer_pauses(&peer);
	peer_says(&peer, TEXT, "after");
	peer_is_served_and_closes(&peer, _i);
	ck_assert_uint_gt(peer.memory.waits, 0);
	peer_hears(&peer, TEXT, "before");
	peer_hears(&peer, TEXT, "after");
	peer_was_served(&peer);
}
END_TEST

START_TEST(goes_on_within_a_frame_after_a_silence)
{
	struct slice half = {"\x81\x85\0\0\0\0ha", 8};

	peer_says(&peer, OPCODE_BINARY, "one, ");
	peer_says(&peer, FIN, "two");
	peer_says_raw(&peer, half);
	peer_pauses(&peer);
	peer_says_raw(&peer, slice_of("lf!"));
	peer_is_served_and_closes(&peer, _i);
	peer_hears(&peer, BINARY, "one, two");
	peer_hears(&peer, TEXT, "half!");
	peer_was_served(&peer);
}
END_TEST

START_TEST(goes_on_within_a_message_after_a_silence)
{
	peer_says(&peer, OPCODE_TEXT, "one, ");
	peer_pauses(&peer);
	peer_says(&peer, FIN, "two");
	peer_is_served_and_closes(&peer, _i);
	peer_hears(&peer, TEXT, "one, two");
	peer_was_served(&peer);
}
END_TEST

/* Seen by the room that the next receive is offered. */
START_TEST(gives_its_buffer_back)
{
	static const char zeros[100000];
	struct slice large = {zeros, sizeof(zeros)};
	struct message message;

	peer_says_bytes(&peer, BINARY, large);
	peer_pauses(&peer);
	peer_says_close(&peer, CLOSE_NORMAL, "");
	peer_open(&peer, VARIANT_PLAIN);
	ck_assert(connection_receive(peer.connection, &message));
	ck_assert_uint_gt(peer.memory.room, 4096);
	ck_assert(!connection_receive(peer.connection, &message));
	ck_assert_uint_le(peer.memory.room, 4096);
	peer_was_served(&peer);
}
END_TEST

/* A reply that was held back is sent before the wait. */
START_TEST(tells_whether_the_peer_is_quiet)
{
	struct message message;
	int64_t start = clock_now();

	peer_says(&peer, TEXT, "one");
	peer_says(&peer, TEXT, "two");
	peer_open(&peer, VARIANT_PLAIN);
	ck_assert(connection_receive(peer.connection, &message));
	ck_assert(!connection_is_quiet(peer.connection));
	ck_assert(connection_receive(peer.connection, &message));
	connection_send(peer.connection, OPCODE_TEXT, &message.payload, 1);
	peer.memory.stalls = true;
	ck_assert(connection_is_quiet(peer.connection));
	ck_assert_int_ge(clock_now() - start, STREAM_PATIENCE);
	peer_hears(&peer, TEXT, "two");
	peer.memory.stalls = false;
	ck_assert(!connection_is_quiet(peer.connection));
	ck_assert(!connection_is_quiet(peer.connection));
}
END_TEST

START_TEST(does_not_ping_without_an_interval)
{
	peer.settings.ping_interval = 0;
	peer_pauses(&peer);
	peer_is_served_and_closes(&peer, _i);
	ck_assert_int_eq(peer.memory.receive_limit, STREAM_PATIENCE);
	peer_was_served(&peer);
}
END_TEST

START_TEST(does_not_ping_before_the_interval)
{
	peer.settings.ping_interval = STREAM_PATIENCE + LONG_TIME;
	peer_pauses(&peer);
	peer_is_served_and_closes(&peer, _i);
	peer_was_served(&peer);
}
END_TEST

START_TEST(pings_after_the_interval_and_takes_any_byte_for_life)
{
	peer.settings.ping_interval = 1;
	peer_pauses(&peer);
	peer_says(&peer, TEXT, "no pong");
	peer_is_served_and_closes(&peer, _i);
	peer_hears(&peer, PING, "");
	peer_hears(&peer, TEXT, "no pong");
	peer_was_served(&peer);
	ck_assert_uint_eq(traffic_totals(connection_traffic(peer.connection))
				  .messages_out,
		1);
}
END_TEST

/* FAULTS T8, F6: within a frame too. */
START_TEST(drops_a_peer_that_does_not_answer_the_ping)
{
	int64_t start = clock_now();

	peer.settings.ping_interval = STREAM_PATIENCE + SHORT_TIME;
	peer.settings.ping_timeout = SHORT_TIME;
	peer_says_raw(&peer, slice_of("\x81\x85"));
	peer_open(&peer, _i);
	peer.memory.stalls = true;
	peer_is_served(&peer);
	connection_finish(peer.connection);
	ck_assert_int_ge(clock_now() - start, 2 * SHORT_TIME);
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
	peer_hears(&peer, PING, "");
	peer_hears_nothing(&peer);
	peer_saw_end(&peer, CLOSE_ABNORMAL, CLOSED_BY_US, "ping timeout");
}
END_TEST

START_TEST(tells_of_a_peer_that_goes_while_it_is_quiet)
{
	peer.settings.ping_interval = STREAM_PATIENCE + LONG_TIME;
	peer_says(&peer, TEXT, "text");
	peer_pauses(&peer);
	peer_says_raw(&peer, slice_of("\x81"));
	peer_open(&peer, _i);
	peer_is_served(&peer);
	peer_hears(&peer, TEXT, "text");
	peer_hears_nothing(&peer);
	peer_saw_end(&peer, CLOSE_ABNORMAL, CLOSED_BY_NOBODY, "");
}
END_TEST

START_TEST(tells_of_a_peer_that_is_gone_when_it_pings)
{
	peer.settings.ping_interval = 1;
	peer_open(&peer, _i);
	ck_assert(connection_send_raw(peer.connection, slice_of("")));
	peer.memory.stalls = true;
	peer.memory.send_failure = EPIPE;
	peer_is_served(&peer);
	peer_saw_end(
		&peer, CLOSE_ABNORMAL, CLOSED_BY_NOBODY, "connection reset");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("keepalive");
	TCase *cases = tcase_create("keepalive");

#define add_variants(test)                                                     \
	tcase_add_loop_test(cases, test, 0, MEMORY_TRANSPORT_VARIANTS)
	tcase_add_checked_fixture(cases, set_up, tear_down);
	add_variants(goes_on_after_a_silence);
	add_variants(goes_on_within_a_frame_after_a_silence);
	add_variants(goes_on_within_a_message_after_a_silence);
	tcase_add_test(cases, gives_its_buffer_back);
	tcase_add_test(cases, tells_whether_the_peer_is_quiet);
	add_variants(does_not_ping_without_an_interval);
	add_variants(does_not_ping_before_the_interval);
	add_variants(pings_after_the_interval_and_takes_any_byte_for_life);
	tcase_add_loop_test(cases, drops_a_peer_that_does_not_answer_the_ping,
		VARIANT_PLAIN, MEMORY_TRANSPORT_VARIANTS);
	add_variants(tells_of_a_peer_that_goes_while_it_is_quiet);
	add_variants(tells_of_a_peer_that_is_gone_when_it_pings);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
