/* SPDX-License-Identifier: MIT */
/* Streams and connections over real sockets: time limits, interruptions. */
#include "interruption.h"
#include "peer.h"
#include "suite.h"
#include "transport/clock.h"
#include "transport/tcp.h"
#include "websocket/connection.h"
#include "websocket/stream.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SHORT_TIME 50
#define LONG_TIME 3000
#define LARGE (4 << 20)
#define GOING_AWAY "\x88\x0C\x03\xE9going away"

static int pair[2]; /* ours, and the peer's */
static struct transport *transport;
static atomic_bool interrupted;
static struct interruption interruption;
static struct connection_settings settings;
static struct connection *connection;
static struct buffer heard;

static void
set_up(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	transport = tcp_new(pair[0], 0);
	ck_assert_ptr_nonnull(transport);
	atomic_store(&interrupted, false);
	interruption_init(&interruption, pair[0], &interrupted);
	settings = (struct connection_settings){
		.role = ROLE_SERVER, .max_message = LARGE, .grace = SHORT_TIME};
}

/* The same, where unread bytes turn a close into a reset. */
static void
use_tcp(void)
{
	transport->type->close(transport);
	close(pair[1]);
	suite_tcp_pair(pair);
	transport = tcp_new(pair[0], 0);
	ck_assert_ptr_nonnull(transport);
}

static void
tear_down_stream(void)
{
	transport->type->close(transport);
	close(pair[1]);
}

static void
tear_down_connection(void)
{
	connection_free(connection);
	connection = NULL;
	close(pair[1]);
	buffer_release(&heard);
}

static void
peer_sends(const char *text)
{
	size_t length = strlen(text);

	ck_assert_int_eq(write(pair[1], text, length), (ssize_t)length);
}

static void *
send_late(void *text)
{
	struct timespec short_time = {.tv_nsec = SHORT_TIME * 1000000};

	nanosleep(&short_time, NULL);
	peer_sends(text);
	return NULL;
}

static void
open_connection(void)
{
	struct http_head request;
	struct verdict verdict;

	peer_sends(PEER_REQUEST);
	connection = connection_new(transport, &settings, &interrupted);
	ck_assert(connection_receive_request(
		connection, deadline_after(LONG_TIME), &request, &verdict));
	ck_assert(connection_accept(
		connection, &request, (struct slice){NULL, 0}));
}

/* Reads on until the other end is closed. */
static void
hear_all(void)
{
	ssize_t length;

	do {
		ck_assert(buffer_reserve(&heard, 65536));
		length = read(pair[1], buffer_room(&heard), 65536);
		ck_assert_int_ge(length, 0);
		buffer_add(&heard, (size_t)length);
	} while (length > 0);
}

static void
assert_heard(const void *bytes, size_t length)
{
	ck_assert_uint_ge(buffer_length(&heard), length);
	ck_assert_mem_eq(buffer_bytes(&heard).data, bytes, length);
	buffer_consume(&heard, length);
}

static void
assert_ended(unsigned code, enum closed_by by, const char *reason)
{
	struct connection_end end = connection_end(connection);

	ck_assert_uint_eq(end.code, code);
	ck_assert_int_eq(end.by, by);
	ck_assert(slice_equals(end.reason, slice_of(reason)));
}

START_TEST(waits_until_the_deadline)
{
	struct stream stream;
	struct buffer input = {0};
	int64_t deadline;

	stream_init(&stream, transport, NULL, 0);
	ck_assert(buffer_reserve(&input, 1));
	deadline = deadline_after(SHORT_TIME);
	ck_assert_int_eq(
		stream_receive(&stream, &input, deadline), STREAM_QUIET);
	ck_assert_int_ge(clock_now(), deadline);
	ck_assert_int_lt(clock_now(), deadline + LONG_TIME);
	deadline = deadline_after(SHORT_TIME);
	ck_assert_int_eq(stream_wait(&stream, deadline), STREAM_QUIET);
	ck_assert_int_ge(clock_now(), deadline);
	buffer_release(&input);
	stream_release(&stream);
}
END_TEST

START_TEST(is_interrupted_while_it_waits_for_ever)
{
	struct stream stream;

	stream_init(&stream, transport, &interrupted, 0);
	interruption_start(&interruption);
	ck_assert_int_eq(
		stream_wait(&stream, DEADLINE_NEVER), STREAM_INTERRUPTED);
	interruption_join(&interruption);
	stream_release(&stream);
}
END_TEST

/* The shortened limit is set anew: what follows has all its time. */
START_TEST(waits_until_the_deadline_after_an_interruption)
{
	struct stream stream;
	int64_t deadline;

	stream_init(&stream, transport, &interrupted, 0);
	interruption_start(&interruption);
	ck_assert_int_eq(stream_wait(&stream, deadline_after(LONG_TIME)),
		STREAM_INTERRUPTED);
	interruption_join(&interruption);
	deadline = deadline_after(SHORT_TIME);
	ck_assert_int_eq(stream_wait(&stream, deadline), STREAM_QUIET);
	ck_assert_int_ge(clock_now(), deadline);
	stream_release(&stream);
}
END_TEST

/* FAULTS T4. */
START_TEST(does_not_take_a_signal_for_an_interruption)
{
	struct stream stream;
	int64_t deadline;

	interruption.flag = NULL;
	stream_init(&stream, transport, &interrupted, 0);
	deadline = deadline_after(SHORT_TIME);
	interruption_start(&interruption);
	ck_assert_int_eq(stream_wait(&stream, deadline), STREAM_QUIET);
	ck_assert_int_ge(clock_now(), deadline);
	interruption_join(&interruption);
	stream_release(&stream);
}
END_TEST

/* A peer that never reads: the limit counts from the last byte it took. */
START_TEST(gives_up_a_send_after_its_timeout)
{
	static const char zeros[LARGE];
	struct slice large = {zeros, LARGE};
	struct stream stream;
	int64_t start = clock_now();

	stream_init(&stream, transport, &interrupted, SHORT_TIME);
	interruption.peer = pair[1];
	interruption.awaited = 1;
	if (_i == 1)
		interruption_start(&interruption);
	ck_assert(!stream_send(&stream, &large, 1));
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_ge(clock_now() - start, SHORT_TIME);
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
	if (_i == 1)
		interruption_join(&interruption);
	stream_release(&stream);
}
END_TEST

static bool
receive_request(struct http_head *request, struct verdict *verdict)
{
	connection = connection_new(transport, &settings, &interrupted);
	return connection_receive_request(
		connection, deadline_after(60000), request, verdict);
}

/* Who came in time is answered, and told what is the matter. */
START_TEST(serves_a_request_in_whose_midst_it_is_interrupted)
{
	struct http_head request;
	struct verdict verdict;
	struct message message;
	size_t half = strlen(PEER_REQUEST) / 2;
	pthread_t sender;

	ck_assert_int_eq(write(pair[1], PEER_REQUEST, half), (ssize_t)half);
	atomic_store(&interrupted, true);
	pthread_create(&sender, NULL, send_late,
		(void *)(uintptr_t)&PEER_REQUEST[half]);
	ck_assert(receive_request(&request, &verdict));
	pthread_join(sender, NULL);
	ck_assert(connection_accept(
		connection, &request, (struct slice){NULL, 0}));
	ck_assert(!connection_receive(connection, &message));
	assert_ended(CLOSE_GOING_AWAY, CLOSED_BY_US, "going away");
	connection_finish(connection);
	ck_assert_int_eq(shutdown(pair[1], SHUT_WR), 0);
	hear_all();
	assert_heard(PEER_RESPONSE, strlen(PEER_RESPONSE));
	assert_heard(GOING_AWAY, strlen(GOING_AWAY));
}
END_TEST

START_TEST(refuses_a_request_that_does_not_come_soon_when_interrupted)
{
	struct http_head request;
	struct verdict verdict;
	int64_t start = clock_now();

	peer_sends("GET /");
	interruption_start(&interruption);
	ck_assert(!receive_request(&request, &verdict));
	interruption_join(&interruption);
	ck_assert_uint_eq(verdict.code, HTTP_SERVICE_UNAVAILABLE);
	ck_assert_str_eq(verdict.why, "going away");
	ck_assert_int_lt(clock_now() - start, 30000);
}
END_TEST

/* The receive of the first second, and the wait behind the ping. */
START_TEST(closes_with_1001_when_interrupted)
{
	struct message message;
	int64_t start;

	settings.ping_interval = _i == 0 ? 0 : 1;
	open_connection();
	interruption.peer = pair[1];
	interruption.awaited = (int)strlen(PEER_RESPONSE) + (_i == 0 ? 0 : 2);
	start = clock_now();
	interruption_start(&interruption);
	ck_assert(!connection_receive(connection, &message));
	interruption_join(&interruption);
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
	assert_ended(CLOSE_GOING_AWAY, CLOSED_BY_US, "going away");
	connection_finish(connection);
	connection_linger(connection);
	ck_assert_int_eq(shutdown(pair[1], SHUT_WR), 0);
	hear_all();
	assert_heard(PEER_RESPONSE, strlen(PEER_RESPONSE));
	if (_i == 1)
		assert_heard("\x89\0", 2);
	assert_heard(GOING_AWAY, strlen(GOING_AWAY));
	ck_assert_uint_eq(buffer_length(&heard), 0);
}
END_TEST

/* Interrupts the other end's send before it reads anything. */
static void *
interrupt_and_hear(void *nothing)
{
	interruption_act(&interruption);
	hear_all();
	return nothing;
}

START_TEST(finishes_the_frame_in_which_it_is_interrupted)
{
	static const char zeros[LARGE];
	struct slice large = {zeros, LARGE};
	struct message message;
	pthread_t thread;

	settings.send_timeout = LONG_TIME;
	open_connection();
	interruption.peer = pair[1];
	interruption.awaited = (int)strlen(PEER_RESPONSE) + 1;
	pthread_create(&thread, NULL, interrupt_and_hear, NULL);
	ck_assert(connection_send(connection, OPCODE_BINARY, &large, 1));
	ck_assert(!connection_receive(connection, &message));
	connection_finish(connection);
	connection_linger(connection);
	pthread_join(thread, NULL);
	assert_ended(CLOSE_GOING_AWAY, CLOSED_BY_US, "going away");
	assert_heard(PEER_RESPONSE, strlen(PEER_RESPONSE));
	assert_heard("\x82\x7F\0\0\0\0\0\x40\0\0", 10);
	assert_heard(zeros, LARGE);
	assert_heard(GOING_AWAY, strlen(GOING_AWAY));
	ck_assert_uint_eq(buffer_length(&heard), 0);
}
END_TEST

/* FAULTS T8, in real time. */
START_TEST(drops_a_peer_that_does_not_answer_the_ping)
{
	struct message message;
	int64_t start = clock_now(), duration;

	settings.ping_interval = STREAM_PATIENCE + SHORT_TIME;
	settings.ping_timeout = SHORT_TIME;
	open_connection();
	ck_assert(!connection_receive(connection, &message));
	duration = clock_now() - start;
	ck_assert_int_ge(duration, STREAM_PATIENCE + 2 * SHORT_TIME);
	ck_assert_int_lt(duration, LONG_TIME);
	assert_ended(CLOSE_ABNORMAL, CLOSED_BY_US, "ping timeout");
}
END_TEST

/* FAULTS R3. */
START_TEST(drops_a_peer_that_does_not_read)
{
	static const char zeros[LARGE];
	struct slice large = {zeros, LARGE};

	settings.send_timeout = SHORT_TIME;
	open_connection();
	ck_assert(!connection_send(connection, OPCODE_BINARY, &large, 1));
	assert_ended(CLOSE_ABNORMAL, CLOSED_BY_US, "send timeout");
	ck_assert_uint_eq(
		traffic_totals(connection_traffic(connection)).messages_out, 0);
}
END_TEST

/* FAULTS C3: bytes that come do not prolong the grace. */
static void *
drip(void *nothing)
{
	const struct timespec pause = {.tv_nsec = 2000000};

	while (send(pair[1], "", 1, MSG_NOSIGNAL) == 1)
		nanosleep(&pause, NULL);
	return nothing;
}

START_TEST(finishes_in_time_though_the_peer_drips)
{
	pthread_t thread;
	int64_t start;

	open_connection();
	connection_close(connection, CLOSE_NORMAL, NULL);
	pthread_create(&thread, NULL, drip, NULL);
	start = clock_now();
	connection_finish(connection);
	connection_linger(connection);
	ck_assert_int_ge(clock_now() - start, SHORT_TIME);
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
	shutdown(pair[0], SHUT_RDWR);
	pthread_join(thread, NULL);
	assert_ended(CLOSE_NORMAL, CLOSED_BY_US, "");
}
END_TEST

static void *
hear_and_finish(void *nothing)
{
	hear_all();
	shutdown(pair[1], SHUT_WR);
	return nothing;
}

/* FAULTS C5: what the peer sent meanwhile is read off. */
START_TEST(loses_no_close_to_a_reset)
{
	static const char zeros[50000];
	pthread_t thread;
	int64_t start = clock_now();
	char byte;

	use_tcp();
	settings.grace = LONG_TIME;
	open_connection();
	ck_assert_int_eq(write(pair[1], zeros, sizeof(zeros)), sizeof(zeros));
	connection_close(connection, CLOSE_GOING_AWAY, "going away");
	pthread_create(&thread, NULL, hear_and_finish, NULL);
	connection_finish(connection);
	connection_linger(connection);
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
	ck_assert_int_eq(recv(pair[0], &byte, 1, MSG_DONTWAIT), 0);
	pthread_join(thread, NULL);
	assert_heard(PEER_RESPONSE, strlen(PEER_RESPONSE));
	assert_heard(GOING_AWAY, strlen(GOING_AWAY));
	ck_assert_uint_eq(buffer_length(&heard), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("interruption");
	TCase *streams = tcase_create("streams");
	TCase *connections = tcase_create("connections");

	tcase_add_checked_fixture(streams, set_up, tear_down_stream);
	tcase_add_test(streams, waits_until_the_deadline);
	tcase_add_test(streams, is_interrupted_while_it_waits_for_ever);
	tcase_add_test(streams, waits_until_the_deadline_after_an_interruption);
	tcase_add_test(streams, does_not_take_a_signal_for_an_interruption);
	tcase_add_loop_test(streams, gives_up_a_send_after_its_timeout, 0, 2);
	suite_add_tcase(suite, streams);
	tcase_add_checked_fixture(connections, set_up, tear_down_connection);
	tcase_add_test(
		connections, serves_a_request_in_whose_midst_it_is_interrupted);
	tcase_add_test(connections,
		refuses_a_request_that_does_not_come_soon_when_interrupted);
	tcase_add_loop_test(
		connections, closes_with_1001_when_interrupted, 0, 2);
	tcase_add_test(
		connections, finishes_the_frame_in_which_it_is_interrupted);
	tcase_add_test(connections, drops_a_peer_that_does_not_answer_the_ping);
	tcase_add_test(connections, drops_a_peer_that_does_not_read);
	tcase_add_test(connections, finishes_in_time_though_the_peer_drips);
	tcase_add_test(connections, loses_no_close_to_a_reset);
	suite_add_tcase(suite, connections);
	return suite_run(suite);
}
