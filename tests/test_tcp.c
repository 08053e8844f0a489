/* SPDX-License-Identifier: MIT */
#include "interruption.h"
#include "suite.h"
#include "transport/clock.h"
#include "transport/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SHORT_LIMIT 20
#define LONG_TIME 2000

/* A transport, and the socket at the other end of it. */
static struct transport *transport;
static int descriptor, peer;

static void
open_unix_pair(int pair[2])
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
}

/* Both kinds of sockets behave the same. */
static void (*const kinds[])(int pair[2]) = {open_unix_pair, suite_tcp_pair};
#define KINDS COUNT_OF(kinds)
#define KIND_TCP 1

static void
open_pair(int kind, unsigned user_timeout)
{
	int pair[2];

	kinds[kind](pair);
	descriptor = pair[0];
	peer = pair[1];
	transport = tcp_new(descriptor, user_timeout);
	ck_assert_ptr_nonnull(transport);
}

static void
close_pair(void)
{
	transport->type->close(transport);
	ck_assert_int_eq(fcntl(descriptor, F_GETFD), -1);
	close(peer);
}

static void
peer_sends(const char *text)
{
	size_t length = strlen(text);

	ck_assert_int_eq(write(peer, text, length), (ssize_t)length);
}

static void
assert_receives(const char *text)
{
	char data[64] = "";

	ck_assert_int_eq(
		transport->type->receive(transport, data, strlen(text)),
		(ssize_t)strlen(text));
	ck_assert_str_eq(data, text);
}

START_TEST(receives_at_most_what_was_asked_for)
{
	open_pair(_i, 0);
	peer_sends("onetwo");
	assert_receives("one");
	assert_receives("two");
	close_pair();
}
END_TEST

START_TEST(receives_nothing_at_the_end)
{
	char byte;

	open_pair(_i, 0);
	peer_sends("last");
	shutdown(peer, SHUT_WR);
	assert_receives("last");
	ck_assert_int_eq(transport->type->receive(transport, &byte, 1), 0);
	close_pair();
}
END_TEST

START_TEST(waits_without_taking_bytes)
{
	open_pair(_i, 0);
	peer_sends("here");
	ck_assert_int_eq(transport->type->wait(transport), 0);
	ck_assert_int_eq(transport->type->wait(transport), 0);
	assert_receives("here");
	shutdown(peer, SHUT_WR);
	ck_assert_int_eq(transport->type->wait(transport), 0);
	close_pair();
}
END_TEST

START_TEST(sends_pieces_in_order)
{
	char data[16] = "", one[] = "one", two[] = "two";
	struct iovec pieces[] = {{one, 3}, {NULL, 0}, {two, 3}};

	open_pair(_i, 0);
	ck_assert_int_eq(transport->type->send(transport, pieces, 3), 6);
	ck_assert_int_eq(recv(peer, data, 6, MSG_WAITALL), 6);
	ck_assert_str_eq(data, "onetwo");
	close_pair();
}
END_TEST

static void
assert_passes_in_time(int64_t start)
{
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_ge(clock_now() - start, SHORT_LIMIT - 1);
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
}

static void
set_limit(enum transport_direction direction, int64_t milliseconds)
{
	ck_assert_int_eq(transport->type->set_time_limit(
				 transport, direction, milliseconds),
		0);
}

START_TEST(receives_and_waits_within_a_time_limit)
{
	int64_t start;
	char byte;

	open_pair(_i, 0);
	set_limit(TRANSPORT_RECEIVING, SHORT_LIMIT);
	start = clock_now();
	ck_assert_int_eq(transport->type->receive(transport, &byte, 1), -1);
	assert_passes_in_time(start);
	start = clock_now();
	ck_assert_int_eq(transport->type->wait(transport), -1);
	assert_passes_in_time(start);
	close_pair();
}
END_TEST

/* The peer reads nothing: there comes a send that has no room. */
static int64_t
send_all_that_has_room(void)
{
	static char data[65536];
	int64_t start;
	ssize_t sent;

	set_limit(TRANSPORT_SENDING, SHORT_LIMIT);
	do {
		struct iovec piece = {data, sizeof(data)};

		start = clock_now();
		sent = transport->type->send(transport, &piece, 1);
	} while (sent > 0);
	ck_assert_int_eq(sent, -1);
	return start;
}

START_TEST(sends_within_a_time_limit)
{
	open_pair(_i, 0);
	assert_passes_in_time(send_all_that_has_room());
	close_pair();
}
END_TEST

/* FAULTS R3. */
START_TEST(tells_whether_the_peer_reads)
{
	static char data[1 << 20];

	open_pair(_i, 0);
	send_all_that_has_room();
	transport->type->advances(transport);
	ck_assert(!transport->type->advances(transport));
	ck_assert_int_gt(recv(peer, data, sizeof(data), 0), 0);
	while (!transport->type->advances(transport))
		sched_yield();
	close_pair();
}
END_TEST

static void
assert_limit(int name, long seconds, long microseconds)
{
	struct timeval limit;
	socklen_t size = sizeof(limit);

	ck_assert_int_eq(
		getsockopt(descriptor, SOL_SOCKET, name, &limit, &size), 0);
	ck_assert_int_eq(limit.tv_sec, seconds);
	ck_assert_int_eq(limit.tv_usec / 10000, microseconds / 10000);
}

START_TEST(sets_each_direction_and_unsets_it_with_0)
{
	open_pair(_i, 0);
	set_limit(TRANSPORT_RECEIVING, 1500);
	assert_limit(SO_RCVTIMEO, 1, 500000);
	assert_limit(SO_SNDTIMEO, 0, 0);
	set_limit(TRANSPORT_RECEIVING, 0);
	set_limit(TRANSPORT_SENDING, 30000);
	assert_limit(SO_RCVTIMEO, 0, 0);
	assert_limit(SO_SNDTIMEO, 30, 0);
	close_pair();
}
END_TEST

/* FAULTS T6: with SIGPIPE this process would end here. */
START_TEST(sends_to_a_peer_that_is_gone_without_a_signal)
{
	char data[] = "x";
	struct iovec piece = {data, 1};
	ssize_t sent;

	signal(SIGPIPE, SIG_DFL);
	open_pair(_i, 0);
	set_limit(TRANSPORT_RECEIVING, LONG_TIME);
	close(peer);
	for (int i = 0; i < 3; i++) {
		sent = transport->type->send(transport, &piece, 1);
		if (sent < 0)
			break;
		transport->type->receive(transport, data, 1);
		transport->type->receive(transport, data, 1);
	}
	ck_assert_int_eq(sent, -1);
	ck_assert_int_eq(errno, EPIPE);
	transport->type->close(transport);
}
END_TEST

/* FAULTS T7. */
START_TEST(tells_of_a_reset)
{
	struct linger abort = {.l_onoff = 1};
	char byte;

	open_pair(_i, 0);
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
	close(peer);
	ck_assert_int_eq(transport->type->receive(transport, &byte, 1), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	transport->type->close(transport);
}
END_TEST

START_TEST(may_still_receive_after_its_finish)
{
	char byte;

	open_pair(_i, 0);
	ck_assert_int_eq(transport->type->finish(transport), 0);
	ck_assert_int_eq(read(peer, &byte, 1), 0);
	peer_sends("more");
	assert_receives("more");
	close_pair();
}
END_TEST

/* FAULTS T4. */
START_TEST(ends_a_blocking_call_at_a_signal)
{
	struct interruption interruption;
	char byte;

	open_pair(_i, 0);
	interruption_init(&interruption, descriptor, NULL);
	interruption_start(&interruption);
	ck_assert_int_eq(transport->type->receive(transport, &byte, 1), -1);
	ck_assert_int_eq(errno, EINTR);
	interruption_join(&interruption);
	interruption_start(&interruption);
	ck_assert_int_eq(transport->type->wait(transport), -1);
	ck_assert_int_eq(errno, EINTR);
	interruption_join(&interruption);
	close_pair();
}
END_TEST

static unsigned
tcp_option(int name)
{
	unsigned value = 0;
	socklen_t size = sizeof(value);

	ck_assert_int_eq(
		getsockopt(descriptor, IPPROTO_TCP, name, &value, &size), 0);
	return value;
}

START_TEST(sends_small_pieces_at_once)
{
	open_pair(KIND_TCP, 0);
	ck_assert_uint_ne(tcp_option(TCP_NODELAY), 0);
	close_pair();
}
END_TEST

/* FAULTS T8. */
START_TEST(limits_how_long_bytes_stay_unacknowledged)
{
	open_pair(KIND_TCP, 12345);
	ck_assert_uint_eq(tcp_option(TCP_USER_TIMEOUT), 12345);
	close_pair();
	open_pair(KIND_TCP, 0);
	ck_assert_uint_eq(tcp_option(TCP_USER_TIMEOUT), 0);
	close_pair();
}
END_TEST

START_TEST(leaves_it_to_the_sender_when_a_send_takes_long)
{
	open_pair(KIND_TCP, 12345);
	send_all_that_has_room();
	ck_assert_uint_eq(tcp_option(TCP_USER_TIMEOUT), 0);
	close_pair();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tcp");
	TCase *cases = tcase_create("tcp");

	tcase_add_loop_test(
		cases, receives_at_most_what_was_asked_for, 0, KINDS);
	tcase_add_loop_test(cases, receives_nothing_at_the_end, 0, KINDS);
	tcase_add_loop_test(cases, waits_without_taking_bytes, 0, KINDS);
	tcase_add_loop_test(cases, sends_pieces_in_order, 0, KINDS);
	tcase_add_loop_test(
		cases, receives_and_waits_within_a_time_limit, 0, KINDS);
	tcase_add_loop_test(cases, sends_within_a_time_limit, 0, KINDS);
	tcase_add_loop_test(cases, tells_whether_the_peer_reads, 0, KINDS);
	tcase_add_loop_test(
		cases, sets_each_direction_and_unsets_it_with_0, 0, KINDS);
	tcase_add_loop_test(
		cases, sends_to_a_peer_that_is_gone_without_a_signal, 0, KINDS);
	tcase_add_loop_test(
		cases, may_still_receive_after_its_finish, 0, KINDS);
	tcase_add_loop_test(cases, ends_a_blocking_call_at_a_signal, 0, KINDS);
	tcase_add_loop_test(cases, tells_of_a_reset, KIND_TCP, KINDS);
	tcase_add_test(cases, sends_small_pieces_at_once);
	tcase_add_test(cases, limits_how_long_bytes_stay_unacknowledged);
	tcase_add_test(cases, leaves_it_to_the_sender_when_a_send_takes_long);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
