/* SPDX-License-Identifier: MIT */
/* The closing handshake on both initiatives: RFC 6455 sections 5.5.1, 7. */
#include "peer.h"

#include "transport/clock.h"

#include <errno.h>
#include <string.h>

#define TEXT (FIN | OPCODE_TEXT)
#define BINARY (FIN | OPCODE_BINARY)
#define PING (FIN | OPCODE_PING)
#define LAST_FRAGMENT (FIN | OPCODE_CONTINUATION)
#define LONG_TIME 3000

/* Single bytes with interrupts, and all at once without. */
#define VARIANT_BYTEWISE 1
#define VARIANT_PLAIN (MEMORY_TRANSPORT_VARIANTS - 2)

static struct peer peer;

static void
set_up(void)
{
	peer_init(&peer, ROLE_SERVER);
	peer.settings.max_message = 1000;
}

static void
tear_down(void)
{
	peer_release(&peer);
}

static void
serve_and_finish(int variant)
{
	peer_open(&peer, variant);
	peer_is_served(&peer);
	connection_finish(peer.connection);
	connection_linger(peer.connection);
}

/* Exactly one Close was sent, nothing after it, and the stream ended. */
static void
assert_closed_with(unsigned code, const char *reason)
{
	peer_hears_close(&peer, code, reason);
	peer_hears_nothing(&peer);
	ck_assert(peer.memory.finished);
	ck_assert_uint_eq(peer.memory.input.length, 0);
}

static const struct {
	unsigned code;
	const char *reason;
} peer_closes[] = {
	{1000, ""},
	{1000, "bye"},
	{1001, "caf\xC3\xA9"},
	{1005, ""},
	{1011, ""},
	{3000, ""},
	{4999, "123456789 123456789 123456789 123456789 123456789 123456789 "
	       "123456789 123456789 123456789 123456789 123456789 123456789 "
	       "123"},
};

/* Section 5.5.1: the same code comes back, an empty Close for an empty one. */
START_TEST(answers_a_close_with_its_code)
{
	for (size_t i = 0; i < COUNT_OF(peer_closes); i++) {
		unsigned code = peer_closes[i].code;

		if (i > 0)
			set_up();
		peer_says_close(&peer, code, peer_closes[i].reason);
		serve_and_finish(_i);
		assert_closed_with(code, "");
		peer_saw_end(
			&peer, code, CLOSED_BY_PEER, peer_closes[i].reason);
		if (i + 1 < COUNT_OF(peer_closes))
			tear_down();
	}
}
END_TEST

/* FAULTS C4. */
START_TEST(ignores_what_comes_after_a_close)
{
	peer_says(&peer, TEXT, "before");
	peer_says_close(&peer, CLOSE_NORMAL, "");
	peer_says(&peer, TEXT, "after");
	peer_says(&peer, PING, "after");
	peer_says_close(&peer, 1001, "again");
	serve_and_finish(_i);
	peer_hears(&peer, TEXT, "before");
	assert_closed_with(CLOSE_NORMAL, "");
	peer_saw_end(&peer, CLOSE_NORMAL, CLOSED_BY_PEER, "");
	ck_assert_uint_eq(
		traffic_totals(connection_traffic(peer.connection)).messages_in,
		1);
}
END_TEST

START_TEST(takes_a_close_inside_a_fragmented_message)
{
	peer_says(&peer, OPCODE_TEXT, "unfinished");
	peer_says_close(&peer, CLOSE_NORMAL, "");
	serve_and_finish(_i);
	assert_closed_with(CLOSE_NORMAL, "");
	peer_saw_end(&peer, CLOSE_NORMAL, CLOSED_BY_PEER, "");
}
END_TEST

/* FAULTS C4: the peer's Close and the messages before it were on their way. */
START_TEST(drops_messages_until_the_answer_to_our_close)
{
	peer_says(&peer, TEXT, "on its way");
	peer_says(&peer, OPCODE_BINARY, "in two");
	peer_says(&peer, PING, "also");
	peer_says(&peer, LAST_FRAGMENT, "fragments");
	peer_says_close(&peer, 1001, "both at once");
	peer_says(&peer, TEXT, "after");
	peer_open(&peer, _i);
	connection_close(peer.connection, 4000, "our reason");
	connection_close(peer.connection, 4001, "not again");
	peer_is_served(&peer);
	ck_assert(!connection_send(peer.connection, OPCODE_TEXT, NULL, 0));
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	assert_closed_with(4000, "our reason");
	peer_saw_end(&peer, 4000, CLOSED_BY_US, "our reason");
	ck_assert_uint_eq(
		traffic_totals(connection_traffic(peer.connection)).messages_in,
		0);
}
END_TEST

/* A message of which we have seen the start goes the same way. */
START_TEST(drops_the_rest_of_a_message_after_our_close)
{
	struct message message;

	peer_says(&peer, TEXT, "first");
	peer_says(&peer, OPCODE_TEXT, "start ");
	peer_says(&peer, LAST_FRAGMENT, "end");
	peer_says_close(&peer, CLOSE_NORMAL, "");
	peer_open(&peer, _i);
	ck_assert(connection_receive(peer.connection, &message));
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	assert_closed_with(CLOSE_NORMAL, "");
	peer_saw_end(&peer, CLOSE_NORMAL, CLOSED_BY_US, "");
}
END_TEST

START_TEST(closes_with_1000_what_is_still_open)
{
	peer_says_close(&peer, CLOSE_NORMAL, "");
	peer_open(&peer, _i);
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	assert_closed_with(CLOSE_NORMAL, "");
	peer_saw_end(&peer, CLOSE_NORMAL, CLOSED_BY_US, "");
}
END_TEST

START_TEST(closes_with_1001_when_interrupted)
{
	peer_pauses(&peer);
	peer_says_close(&peer, 1001, "");
	peer_open(&peer, _i);
	peer.interrupted = true;
	peer_is_served(&peer);
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	assert_closed_with(CLOSE_GOING_AWAY, "going away");
	peer_saw_end(&peer, CLOSE_GOING_AWAY, CLOSED_BY_US, "going away");
}
END_TEST

/* FAULTS C3. */
START_TEST(waits_for_an_answer_no_longer_than_the_grace)
{
	int64_t start;

	peer.settings.grace = 50;
	peer_open(&peer, _i);
	peer.memory.stalls = true;
	connection_close(peer.connection, CLOSE_NORMAL, NULL);
	start = clock_now();
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	ck_assert_int_ge(clock_now() - start, 50);
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
	assert_closed_with(CLOSE_NORMAL, "");
	peer_saw_end(&peer, CLOSE_NORMAL, CLOSED_BY_US, "");
}
END_TEST

START_TEST(gives_up_waiting_when_the_peer_breaks_the_rules)
{
	peer_says_raw(&peer, slice_of("\x83\x80xxxx"));
	peer_open(&peer, _i);
	connection_close(peer.connection, CLOSE_NORMAL, NULL);
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	assert_closed_with(CLOSE_NORMAL, "");
	peer_saw_end(&peer, CLOSE_NORMAL, CLOSED_BY_US, "");
}
END_TEST

/* Section 7.1.5: no Close was received, so the code is 1006. */
START_TEST(calls_an_end_without_a_close_1006_by_nobody)
{
	peer_says(&peer, TEXT, "whole");
	peer_says_raw(&peer, (struct slice){"\x81\x85half", 6});
	serve_and_finish(_i);
	peer_hears(&peer, TEXT, "whole");
	peer_hears_nothing(&peer);
	peer_saw_end(&peer, CLOSE_ABNORMAL, CLOSED_BY_NOBODY, "");
}
END_TEST

static const struct {
	int failure;
	const char *why;
} losses[] = {
	{ECONNRESET, "connection reset"},
	{EPIPE, "connection reset"},
	{EHOSTUNREACH, "connection failed"},
};

START_TEST(calls_a_lost_stream_1006)
{
	struct slice text = slice_of("text");

	peer_open(&peer, VARIANT_PLAIN);
	peer.memory.receive_failure = losses[_i].failure;
	peer_is_served(&peer);
	peer_saw_end(&peer, CLOSE_ABNORMAL, CLOSED_BY_NOBODY, losses[_i].why);
	ck_assert(!connection_send(peer.connection, OPCODE_TEXT, &text, 1));
	ck_assert(!connection_send_raw(peer.connection, text));
	connection_close(peer.connection, CLOSE_NORMAL, NULL);
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	peer_hears_nothing(&peer);
	ck_assert(!peer.memory.finished);
	peer_saw_end(&peer, CLOSE_ABNORMAL, CLOSED_BY_NOBODY, losses[_i].why);
}
END_TEST

START_TEST(calls_a_send_that_fails_1006)
{
	static const char zeros[100000];
	struct slice large = {zeros, sizeof(zeros)};

	peer_open(&peer, VARIANT_PLAIN);
	peer.memory.send_failure = losses[_i].failure;
	if (_i % 2 == 0)
		ck_assert(!connection_send(
			peer.connection, OPCODE_TEXT, &large, 1));
	else
		ck_assert(!connection_send_raw(peer.connection, large));
	peer_is_served(&peer);
	peer_saw_end(&peer, CLOSE_ABNORMAL, CLOSED_BY_NOBODY, losses[_i].why);
}
END_TEST

/* What is held back is lost only when it is sent. */
START_TEST(calls_a_flush_that_fails_1006)
{
	struct slice text = slice_of("text");

	peer_open(&peer, VARIANT_PLAIN);
	peer.memory.send_failure = EPIPE;
	ck_assert(connection_send(peer.connection, OPCODE_TEXT, &text, 1));
	peer_is_served(&peer);
	peer_saw_end(
		&peer, CLOSE_ABNORMAL, CLOSED_BY_NOBODY, "connection reset");
}
END_TEST

/* FAULTS R3. */
START_TEST(drops_a_peer_that_takes_nothing_for_the_send_timeout)
{
	peer.settings.send_timeout = 40;
	peer_open(&peer, _i);
	peer.memory.send_failure = EAGAIN;
	peer_is_served(&peer);
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	peer_saw_end(&peer, CLOSE_ABNORMAL, CLOSED_BY_US, "send timeout");
	ck_assert_int_eq(peer.memory.send_limit, 3);
}
END_TEST

/* Rows of FAULTS F, M and C: frames that break the rules, and our code. */
static const struct {
	const char *fault;
	unsigned code;
	const char *frames;
	size_t length;
} failures[] = {
#define SEVEN_FF "\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
#define FRAMES(text) text, sizeof(text) - 1
	{"F1, no mask", 1002, FRAMES("\x81\x02no")},
	{"F2, RSV1", 1002, FRAMES("\xC1\x80kkkk")},
	{"F2, RSV2", 1002, FRAMES("\xA1\x80kkkk")},
	{"F2, RSV3", 1002, FRAMES("\x91\x80kkkk")},
	{"F2, opcode 3", 1002, FRAMES("\x83\x80kkkk")},
	{"F2, opcode B", 1002, FRAMES("\x8B\x80kkkk")},
	{"F3, not minimal", 1002, FRAMES("\x82\xFE\x00\x7Dkkkk")},
	{"F3, 2^63", 1002, FRAMES("\x82\xFF\x80\0\0\0\0\0\0\0kkkk")},
	{"F4, long ping", 1002, FRAMES("\x89\xFE\x00\x7Ekkkk")},
	{"F4, fragmented ping", 1002, FRAMES("\x09\x80kkkk")},
	{"F5, 1001 bytes", 1009, FRAMES("\x82\xFE\x03\xE9kkkk")},
	{"F5, 2^63-1", 1009, FRAMES("\x82\xFF\x7F" SEVEN_FF "kkkk")},
	{"M1, no start", 1002, FRAMES("\x80\x80kkkk")},
	{"M1, two starts", 1002, FRAMES("\x01\x80kkkk\x81\x80kkkk")},
	{"M3, sum", 1009, FRAMES("\x01\x81\0\0\0\0a\x80\xFE\x03\xE8kkkk")},
	{"M4, at once", 1007, FRAMES("\x81\x90\0\0\0\0xy\xFF")},
	{"M4, cut", 1007, FRAMES("\x81\x82\0\0\0\0a\xC3")},
	{"M4, surrogate", 1007, FRAMES("\x81\x83\0\0\0\0\xED\xA0\x80")},
	{"C1, one byte", 1002, FRAMES("\x88\x81\0\0\0\0\x03")},
	{"C1, code 0", 1002, FRAMES("\x88\x82\0\0\0\0\x00\x00")},
	{"C1, code 1005", 1002, FRAMES("\x88\x82\0\0\0\0\x03\xED")},
	{"C2", 1007, FRAMES("\x88\x83\0\0\0\0\x03\xE8\xFF")},
};

/* Section 7.1.7: our Close, at once and once, and the end of the stream. */
START_TEST(fails_the_connection_with_the_right_code)
{
	unsigned code = failures[_i / 2].code;
	char reason[CLOSE_BODY_MAX] = "";
	struct connection_end end;

	peer_says(&peer, BINARY, "good");
	peer_says_raw(&peer, (struct slice){failures[_i / 2].frames,
				     failures[_i / 2].length});
	serve_and_finish(_i % 2 == 0 ? VARIANT_BYTEWISE : VARIANT_PLAIN);
	end = connection_end(peer.connection);
	ck_assert_msg(
		end.code == code, "%s: %u", failures[_i / 2].fault, end.code);
	ck_assert_int_eq(end.by, CLOSED_BY_US);
	ck_assert_uint_gt(end.reason.length, 0);
	memcpy(reason, end.reason.data, end.reason.length);
	peer_hears(&peer, BINARY, "good");
	peer_hears_close(&peer, code, reason);
	peer_hears_nothing(&peer);
	ck_assert(peer.memory.finished);
	ck_assert_uint_eq(
		traffic_totals(connection_traffic(peer.connection)).messages_in,
		1);
}
END_TEST

/* After a failure no more frames are looked at; what comes is read off. */
START_TEST(does_not_wait_for_a_close_after_a_failure)
{
	peer_says(&peer, FIN | OPCODE_CONTINUATION, "bad");
	peer_says_close(&peer, CLOSE_NORMAL, "");
	peer_says(&peer, TEXT, "more");
	serve_and_finish(_i);
	assert_closed_with(
		CLOSE_PROTOCOL_ERROR, "continuation without a start");
	peer_saw_end(&peer, CLOSE_PROTOCOL_ERROR, CLOSED_BY_US,
		"continuation without a start");
}
END_TEST

START_TEST(cuts_a_reason_that_is_too_long)
{
	char reason[201];

	memset(reason, 'r', 200);
	reason[200] = '\0';
	peer_open(&peer, _i);
	connection_close(peer.connection, CLOSE_NORMAL, reason);
	reason[CLOSE_REASON_MAX] = '\0';
	peer_hears_close(&peer, CLOSE_NORMAL, reason);
	peer_saw_end(&peer, CLOSE_NORMAL, CLOSED_BY_US, reason);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("closing");
	TCase *cases = tcase_create("closing");

#define add_variants(test)                                                     \
	tcase_add_loop_test(cases, test, 0, MEMORY_TRANSPORT_VARIANTS)
	tcase_add_checked_fixture(cases, set_up, tear_down);
	add_variants(answers_a_close_with_its_code);
	add_variants(ignores_what_comes_after_a_close);
	add_variants(takes_a_close_inside_a_fragmented_message);
	add_variants(drops_messages_until_the_answer_to_our_close);
	add_variants(drops_the_rest_of_a_message_after_our_close);
	add_variants(closes_with_1000_what_is_still_open);
	add_variants(closes_with_1001_when_interrupted);
	tcase_add_loop_test(cases, waits_for_an_answer_no_longer_than_the_grace,
		VARIANT_PLAIN, MEMORY_TRANSPORT_VARIANTS);
	add_variants(gives_up_waiting_when_the_peer_breaks_the_rules);
	add_variants(calls_an_end_without_a_close_1006_by_nobody);
	tcase_add_loop_test(
		cases, calls_a_lost_stream_1006, 0, COUNT_OF(losses));
	tcase_add_loop_test(
		cases, calls_a_send_that_fails_1006, 0, COUNT_OF(losses));
	tcase_add_test(cases, calls_a_flush_that_fails_1006);
	add_variants(drops_a_peer_that_takes_nothing_for_the_send_timeout);
	tcase_add_loop_test(cases, fails_the_connection_with_the_right_code, 0,
		2 * COUNT_OF(failures));
	add_variants(does_not_wait_for_a_close_after_a_failure);
	add_variants(cuts_a_reason_that_is_too_long);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
