/* SPDX-License-Identifier: MIT */
#include "websocket/misbehaviour.h"

#include "interruption.h"
#include "peer.h"
#include "transport/clock.h"
#include "transport/tcp.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TEXT (FIN | OPCODE_TEXT)
#define PING (FIN | OPCODE_PING)
#define PONG (FIN | OPCODE_PONG)

#define SHORT_TIME 50
#define LONG_TIME 5000

/* All at once and without interrupts. */
#define VARIANT_PLAIN (MEMORY_TRANSPORT_VARIANTS - 2)

static struct peer peer;

static void
set_up(void)
{
	peer_init(&peer, ROLE_SERVER);
}

static void
tear_down(void)
{
	peer_release(&peer);
}

START_TEST(leaves_pings_unanswered)
{
	peer_says(&peer, PING, "are you there");
	peer_says(&peer, TEXT, "text");
	peer_says(&peer, PING, "");
	peer_says_close(&peer, CLOSE_NORMAL, "");
	peer_open(&peer, _i);
	connection_leave_unanswered(peer.connection, OPCODE_PING);
	peer_is_served(&peer);
	peer_hears(&peer, TEXT, "text");
	peer_was_served(&peer);
}
END_TEST

START_TEST(leaves_the_close_unanswered)
{
	peer_says(&peer, PING, "?");
	peer_says_close(&peer, CLOSE_GOING_AWAY, "bye");
	peer_open(&peer, _i);
	connection_leave_unanswered(peer.connection, OPCODE_CLOSE);
	peer_is_served(&peer);
	peer_hears(&peer, PONG, "?");
	peer_hears_nothing(&peer);
	peer_saw_end(&peer, CLOSE_GOING_AWAY, CLOSED_BY_PEER, "bye");
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	peer_hears_nothing(&peer);
	ck_assert(peer.memory.finished);
}
END_TEST

/* The 101 and a reply that are held back are still sent. */
START_TEST(ends_the_stream_without_a_close)
{
	struct slice payload = slice_of("last");

	peer_open(&peer, _i);
	connection_send(peer.connection, OPCODE_TEXT, &payload, 1);
	connection_drop(peer.connection, "enough");
	peer_hears(&peer, TEXT, "last");
	ck_assert(!connection_send(peer.connection, OPCODE_TEXT, &payload, 1));
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	peer_hears_nothing(&peer);
	peer_saw_end(&peer, CLOSE_ABNORMAL, CLOSED_BY_US, "enough");
	ck_assert(peer.memory.finished && !peer.memory.was_reset);
}
END_TEST

START_TEST(resets_the_stream)
{
	struct slice payload = slice_of("last");

	peer_open(&peer, _i);
	connection_send(peer.connection, OPCODE_TEXT, &payload, 1);
	connection_reset(peer.connection, "enough");
	peer_hears(&peer, TEXT, "last");
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	peer_hears_nothing(&peer);
	peer_saw_end(&peer, CLOSE_ABNORMAL, CLOSED_BY_US, "enough");
	ck_assert(peer.memory.was_reset && !peer.memory.finished);
}
END_TEST

START_TEST(neither_drops_nor_resets_what_is_lost)
{
	peer_open(&peer, VARIANT_PLAIN);
	peer.memory.send_failure = EPIPE;
	connection_drop(peer.connection, "enough");
	connection_reset(peer.connection, "enough");
	ck_assert(!peer.memory.was_reset);
	peer_saw_end(
		&peer, CLOSE_ABNORMAL, CLOSED_BY_NOBODY, "connection reset");
}
END_TEST

START_TEST(counts_what_was_sent_raw)
{
	struct traffic_totals totals;

	peer_open(&peer, VARIANT_PLAIN);
	connection_count_raw(peer.connection, OPCODE_TEXT, 7);
	connection_count_raw(peer.connection, OPCODE_BINARY, 0);
	connection_count_raw(peer.connection, OPCODE_PING, 5);
	totals = traffic_totals(connection_traffic(peer.connection));
	ck_assert_uint_eq(totals.messages_out, 2);
	ck_assert_uint_eq(totals.bytes_out, 7);
}
END_TEST

START_TEST(is_open_behind_a_101_that_was_sent_raw)
{
	struct slice raw = slice_of(PEER_RESPONSE_WITH("X: 1\r\n"));
	struct http_head request;
	struct verdict verdict;

	peer_says(&peer, TEXT, "hi");
	peer_says_close(&peer, CLOSE_NORMAL, "");
	memory_transport_init_variant(
		&peer.memory, buffer_bytes(&peer.script), _i);
	peer.connection =
		connection_new(&peer.memory.transport, &peer.settings, NULL);
	ck_assert(connection_receive_request(peer.connection,
		deadline_after(LONG_TIME), &request, &verdict));
	ck_assert(connection_send_raw(peer.connection, raw));
	connection_open_raw(peer.connection, &request);
	ck_assert(connection_was_open(peer.connection));
	peer_is_served(&peer);
	ck_assert_mem_eq(
		buffer_bytes(&peer.memory.sent).data, raw.data, raw.length);
	peer_hears(&peer, TEXT, "hi");
	peer_was_served(&peer);
}
END_TEST

/* Whether there is something to receive or not. */
START_TEST(lets_time_pass)
{
	int64_t start = clock_now();

	if (_i == 1)
		peer_says(&peer, TEXT, "hi");
	peer_open(&peer, VARIANT_PLAIN);
	peer.memory.stalls = true;
	ck_assert(connection_pause(peer.connection, 3 * SHORT_TIME));
	ck_assert_int_ge(clock_now() - start, 3 * SHORT_TIME);
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
	ck_assert_uint_ge(
		buffer_length(&peer.memory.sent), strlen(PEER_RESPONSE));
}
END_TEST

START_TEST(is_idle_when_no_message_has_come_in_time)
{
	struct message message;
	int64_t start = clock_now();

	peer_says(&peer, TEXT, "one");
	peer_says_raw(&peer, slice_of("\x81\x85\x01\x01\x01\x01t"));
	peer_open(&peer, _i);
	peer.memory.stalls = true;
	ck_assert_int_eq(
		connection_receive_within(peer.connection, &message, LONG_TIME),
		CONNECTION_MESSAGE);
	ck_assert(slice_equals(message.payload, slice_of("one")));
	ck_assert_int_eq(connection_receive_within(
				 peer.connection, &message, SHORT_TIME),
		CONNECTION_IDLE);
	ck_assert_int_ge(clock_now() - start, SHORT_TIME);
	ck_assert_int_eq(
		connection_receive_within(peer.connection, &message, 0),
		CONNECTION_IDLE);
	peer.memory.stalls = false;
	ck_assert_int_eq(
		connection_receive_within(peer.connection, &message, LONG_TIME),
		CONNECTION_ENDED);
}
END_TEST

/* In however many times it is waited for. */
START_TEST(pings_and_gives_up_in_time_when_waiting_for_short_times)
{
	struct message message;
	int64_t start = clock_now();

	peer.settings.ping_interval = 1;
	peer.settings.ping_timeout = 4 * SHORT_TIME;
	peer_open(&peer, VARIANT_PLAIN);
	peer.memory.stalls = true;
	while (connection_receive_within(peer.connection, &message,
		       SHORT_TIME) != CONNECTION_ENDED)
		ck_assert_int_lt(clock_now() - start, LONG_TIME);
	ck_assert_int_ge(clock_now() - start, 4 * SHORT_TIME);
	peer_hears(&peer, PING, "");
	peer_hears_nothing(&peer);
	peer_saw_end(&peer, CLOSE_ABNORMAL, CLOSED_BY_US, "ping timeout");
}
END_TEST

/* In pieces of 7 bytes, some of which are received with the request. */
START_TEST(receives_no_faster_than_told)
{
	int64_t start = clock_now();

	peer_says(&peer, TEXT, "twenty bytes of text");
	peer_says_close(&peer, CLOSE_NORMAL, "");
	peer_open(&peer, 8);
	connection_set_pace(peer.connection, 100);
	peer_is_served(&peer);
	ck_assert_int_ge(clock_now() - start, 200);
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
	peer_hears(&peer, TEXT, "twenty bytes of text");
	peer_was_served(&peer);
}
END_TEST

/* Over TCP, where resets and interruptions are real. */
static int pair[2];
static atomic_bool interrupted;
static struct interruption interruption;
static struct connection *connection;
static const struct connection_settings settings = {
	.role = ROLE_SERVER, .max_message = 1 << 20, .grace = SHORT_TIME};

static void
set_up_tcp(void)
{
	struct http_head request;
	struct verdict verdict;
	ssize_t length = (ssize_t)strlen(PEER_REQUEST);

	suite_tcp_pair(pair);
	atomic_store(&interrupted, false);
	interruption_init(&interruption, pair[0], &interrupted);
	connection =
		connection_new(tcp_new(pair[0], 0), &settings, &interrupted);
	ck_assert_int_eq(write(pair[1], PEER_REQUEST, (size_t)length), length);
	ck_assert(connection_receive_request(
		connection, deadline_after(LONG_TIME), &request, &verdict));
	ck_assert(connection_accept(
		connection, &request, (struct slice){NULL, 0}));
}

static void
tear_down_tcp(void)
{
	if (connection != NULL)
		connection_free(connection);
	connection = NULL;
	close(pair[1]);
}

/* Reads the 101, and what comes then. */
static ssize_t
hear_behind_101(void)
{
	char bytes[sizeof(PEER_RESPONSE) - 1];

	ck_assert_int_eq(recv(pair[1], bytes, sizeof(bytes), MSG_WAITALL),
		sizeof(bytes));
	return read(pair[1], bytes, sizeof(bytes));
}

START_TEST(a_peer_hears_of_the_reset)
{
	connection_reset(connection, "enough");
	connection_finish(connection);
	connection_linger(connection);
	connection_free(connection);
	connection = NULL;
	ck_assert_int_eq(hear_behind_101(), -1);
	ck_assert_int_eq(errno, ECONNRESET);
}
END_TEST

/* Bytes may wait or not; the interruption is for connection_receive. */
START_TEST(a_pause_ends_when_interrupted)
{
	struct message message;
	int64_t start = clock_now();

	if (_i == 1)
		ck_assert_int_eq(write(pair[1], "\x81", 1), 1);
	interruption_start(&interruption);
	ck_assert(!connection_pause(connection, 2 * LONG_TIME));
	interruption_join(&interruption);
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
	ck_assert(!connection_pause(connection, 2 * LONG_TIME));
	ck_assert(!connection_receive(connection, &message));
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
	ck_assert_uint_eq(connection_end(connection).code, CLOSE_GOING_AWAY);
}
END_TEST

START_TEST(a_pause_ends_when_the_peer_is_gone)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
	int64_t start = clock_now();

	if (_i == 1)
		ck_assert_int_eq(write(pair[1], "\x81", 1), 1);
	setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(pair[1]);
	ck_assert(!connection_pause(connection, 2 * LONG_TIME));
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
	ck_assert_uint_eq(connection_end(connection).code, CLOSE_ABNORMAL);
	pair[1] = -1;
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("misbehaviour");
	TCase *cases = tcase_create("memory");
	TCase *tcp = tcase_create("tcp");

#define add_variants(test)                                                     \
	tcase_add_loop_test(cases, test, 0, MEMORY_TRANSPORT_VARIANTS)
	tcase_add_checked_fixture(cases, set_up, tear_down);
	add_variants(leaves_pings_unanswered);
	add_variants(leaves_the_close_unanswered);
	add_variants(ends_the_stream_without_a_close);
	add_variants(resets_the_stream);
	tcase_add_test(cases, neither_drops_nor_resets_what_is_lost);
	tcase_add_test(cases, counts_what_was_sent_raw);
	add_variants(is_open_behind_a_101_that_was_sent_raw);
	tcase_add_loop_test(cases, lets_time_pass, 0, 2);
	tcase_add_loop_test(cases, is_idle_when_no_message_has_come_in_time,
		VARIANT_PLAIN, MEMORY_TRANSPORT_VARIANTS);
	tcase_add_test(
		cases, pings_and_gives_up_in_time_when_waiting_for_short_times);
	tcase_add_test(cases, receives_no_faster_than_told);
	suite_add_tcase(suite, cases);
	tcase_add_checked_fixture(tcp, set_up_tcp, tear_down_tcp);
	tcase_add_test(tcp, a_peer_hears_of_the_reset);
	tcase_add_loop_test(tcp, a_pause_ends_when_interrupted, 0, 2);
	tcase_add_loop_test(tcp, a_pause_ends_when_the_peer_is_gone, 0, 2);
	suite_add_tcase(suite, tcp);
	return suite_run(suite);
}
