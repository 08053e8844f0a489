/* SPDX-License-Identifier: MIT */
/* Connecting to addresses that answer, refuse, or say nothing: RFC 8305. */
#include "scratch.h"
#include "suite.h"
#include "transport/clock.h"
#include "transport/connecting.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE 20000 /* milliseconds, which no test should need */
#define QUEUED 3

static struct connecting_failure failure;

/* A listener of loopback; addresses follow whom it is for. */
static int
listen_somewhere(struct address *address, int backlog)
{
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert(address_parse(address, "127.0.0.1", 0));
	ck_assert_int_eq(
		bind(listener, &address->socket.any, address->length), 0);
	ck_assert_int_eq(listen(listener, backlog), 0);
	getsockname(listener, &address->socket.any, &address->length);
	return listener;
}

/* One that says nothing: its queue is full. */
struct dead {
	struct address address;
	int listener;
	int queued[QUEUED];
};

static void
dead_begin(struct dead *dead)
{
	dead->listener = listen_somewhere(&dead->address, 0);
	for (int i = 0; i < QUEUED; i++) {
		dead->queued[i] =
			socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		ck_assert(connect(dead->queued[i], &dead->address.socket.any,
				  dead->address.length) == 0 ||
			  errno == EINPROGRESS);
	}
}

static void
dead_end(struct dead *dead)
{
	for (int i = 0; i < QUEUED; i++)
		close(dead->queued[i]);
	close(dead->listener);
}

/* One that refuses: nobody listens there any more. */
static struct address
refusing_address(void)
{
	struct address address;

	close(listen_somewhere(&address, 1));
	return address;
}

static int
open_any(const struct address *addresses, size_t count, int64_t limit)
{
	return connecting_open_any(
		addresses, count, deadline_after(limit), &failure);
}

static void
expect_connected(int descriptor, const struct address *address)
{
	struct address peer = {.length = sizeof(peer.socket)};

	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_eq(
		getpeername(descriptor, &peer.socket.any, &peer.length), 0);
	ck_assert_uint_eq(address_port(&peer), address_port(address));
	ck_assert_int_eq(fcntl(descriptor, F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_eq(fcntl(descriptor, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(descriptor);
}

START_TEST(connects_to_a_name_and_its_port)
{
	struct address address;
	int listener = listen_somewhere(&address, 1);

	expect_connected(connecting_open("localhost", address_port(&address),
				 deadline_after(PATIENCE), &failure),
		&address);
	close(listener);
}
END_TEST

START_TEST(goes_on_at_once_when_an_address_refuses)
{
	struct address addresses[3] = {refusing_address(), refusing_address()};
	int listener = listen_somewhere(&addresses[2], 1);
	int64_t start = clock_now();

	expect_connected(open_any(addresses, 3, PATIENCE), &addresses[2]);
	ck_assert_int_lt(clock_now() - start, CONNECTING_DELAY);
	close(listener);
}
END_TEST

START_TEST(tries_the_next_address_beside_a_dead_one)
{
	struct address addresses[2];
	struct dead dead;
	int listener = listen_somewhere(&addresses[1], 1);
	int64_t start = clock_now();

	dead_begin(&dead);
	addresses[0] = dead.address;
	expect_connected(open_any(addresses, 2, PATIENCE), &addresses[1]);
	ck_assert_int_ge(clock_now() - start, CONNECTING_DELAY);
	ck_assert_int_lt(clock_now() - start, PATIENCE / 2);
	dead_end(&dead);
	close(listener);
}
END_TEST

START_TEST(gives_up_at_the_deadline)
{
	struct address addresses[2];
	struct dead dead;
	int64_t start = clock_now();

	dead_begin(&dead);
	addresses[0] = addresses[1] = dead.address;
	ck_assert_int_eq(open_any(addresses, 2, 400), -1);
	ck_assert(failure.timed_out);
	ck_assert_int_ge(clock_now() - start, 400);
	ck_assert_int_lt(clock_now() - start, PATIENCE / 2);
	dead_end(&dead);
}
END_TEST

START_TEST(tells_that_all_refused)
{
	struct address addresses[2] = {refusing_address(), refusing_address()};

	ck_assert_int_eq(open_any(addresses, 2, PATIENCE), -1);
	ck_assert(!failure.timed_out);
	ck_assert_str_eq(failure.why, strerror(ECONNREFUSED));
}
END_TEST

START_TEST(leaves_no_descriptor_behind)
{
	struct address addresses[3];
	struct dead dead;
	int listener = listen_somewhere(&addresses[2], 1), first, second;

	dead_begin(&dead);
	addresses[0] = dead.address;
	addresses[1] = refusing_address();
	first = dup(listener);
	close(first);
	expect_connected(open_any(addresses, 3, PATIENCE), &addresses[2]);
	second = dup(listener);
	close(second);
	ck_assert_int_eq(first, second);
	dead_end(&dead);
	close(listener);
}
END_TEST

static void
do_nothing(int number)
{
	(void)number;
}

/* As a window does whose size changes. */
static void
interrupt_every_ten_milliseconds(void)
{
	struct sigaction action = {.sa_handler = do_nothing};
	struct itimerval often = {{0, 10000}, {0, 10000}};

	sigaction(SIGALRM, &action, NULL);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
}

START_TEST(connects_to_a_unix_socket)
{
	struct address address;
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), descriptor;

	scratch_enter();
	ck_assert(address_parse(&address, "unix:socket", 0));
	ck_assert_int_eq(
		bind(listener, &address.socket.any, address.length), 0);
	ck_assert_int_eq(listen(listener, 0), 0);
	descriptor = connecting_open_unix(
		"socket", deadline_after(PATIENCE), &failure);
	ck_assert_int_ge(descriptor, 0);
	interrupt_every_ten_milliseconds();
	ck_assert_int_eq(
		connecting_open_unix("socket", deadline_after(200), &failure),
		-1);
	ck_assert(failure.timed_out);
	close(descriptor);
	close(listener);
	scratch_leave();
}
END_TEST

START_TEST(tells_what_is_wrong_with_a_unix_socket)
{
	char path[200];

	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(connecting_open_unix("/no/such/socket",
				 deadline_after(PATIENCE), &failure),
		-1);
	ck_assert_str_eq(failure.why, strerror(ENOENT));
	ck_assert_int_eq(
		connecting_open_unix(path, deadline_after(PATIENCE), &failure),
		-1);
	ck_assert_str_eq(failure.why, strerror(ENAMETOOLONG));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("connecting");
	TCase *cases = tcase_create("connecting");

	tcase_set_timeout(cases, 60);
	tcase_add_test(cases, connects_to_a_name_and_its_port);
	tcase_add_test(cases, goes_on_at_once_when_an_address_refuses);
	tcase_add_test(cases, tries_the_next_address_beside_a_dead_one);
	tcase_add_test(cases, gives_up_at_the_deadline);
	tcase_add_test(cases, tells_that_all_refused);
	tcase_add_test(cases, leaves_no_descriptor_behind);
	tcase_add_test(cases, connects_to_a_unix_socket);
	tcase_add_test(cases, tells_what_is_wrong_with_a_unix_socket);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
