/* SPDX-License-Identifier: MIT */
#include "protocol/http.h"
#include "server/farewell.h"
#include "suite.h"
#include "transport/clock.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE 1000
#define PAGE_SIZE 1024

static const struct verdict full = {HTTP_SERVICE_UNAVAILABLE, "full"};

static struct farewells farewells;

static void
set_up(void)
{
	memset(&farewells, 0, sizeof(farewells));
}

static void
tear_down(void)
{
	farewells_close(&farewells);
	ck_assert_uint_eq(farewells.count, 0);
}

/* Says farewell to a peer. Returns the peer's end. */
static int
part(void)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	farewell_say(&farewells, ends[0], full);
	return ends[1];
}

/* Whether the server's end has been closed, and not only shut down. */
static bool
is_closed(int peer)
{
	return send(peer, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0;
}

static void
expire(size_t count)
{
	for (size_t i = 0; i < count; i++)
		farewells.waiting[i].until = clock_now();
}

START_TEST(sends_the_refusal_and_the_end)
{
	char page[PAGE_SIZE] = "";
	int peer = part();
	ssize_t length = recv(peer, page, sizeof(page) - 1, 0);

	ck_assert_int_gt(length, 0);
	ck_assert_ptr_eq(strstr(page, "HTTP/1.1 503 "), page);
	ck_assert_ptr_nonnull(strstr(page, "\r\n\r\nfull\n"));
	ck_assert_int_eq(recv(peer, page, sizeof(page), 0), 0);
	close(peer);
}
END_TEST

START_TEST(closes_a_moment_later)
{
	int64_t before = clock_now(), until;
	int peer = part();

	until = farewells_expire(&farewells);
	ck_assert_int_ge(until, before + PATIENCE);
	ck_assert_int_le(until, clock_now() + PATIENCE);
	ck_assert(!is_closed(peer));
	expire(1);
	ck_assert_int_eq(farewells_expire(&farewells), DEADLINE_NEVER);
	ck_assert(is_closed(peer));
	close(peer);
}
END_TEST

START_TEST(closes_those_whose_time_has_come)
{
	int first = part(), second = part(), third = part();
	int64_t until;

	expire(2);
	until = farewells_expire(&farewells);
	ck_assert_int_eq(until, farewells.waiting[2].until);
	ck_assert(is_closed(first) && is_closed(second) && !is_closed(third));
	close(first);
	close(second);
	close(third);
}
END_TEST

START_TEST(has_nobody_to_wait_for_at_first)
{
	ck_assert_int_eq(farewells_expire(&farewells), DEADLINE_NEVER);
}
END_TEST

/* Unread bytes would make the close a reset. */
START_TEST(takes_off_what_the_peer_still_sent)
{
	char bytes[3 * PAGE_SIZE] = {0};
	int peer = part();

	ck_assert_int_eq(send(peer, bytes, sizeof(bytes), 0), sizeof(bytes));
	farewells_close(&farewells);
	while (recv(peer, bytes, sizeof(bytes), 0) > 0)
		;
	ck_assert_int_eq(recv(peer, bytes, sizeof(bytes), 0), 0);
	close(peer);
}
END_TEST

START_TEST(survives_a_peer_that_is_gone)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	close(ends[1]);
	farewell_say(&farewells, ends[0], full);
	ck_assert_uint_eq(farewells.count, 1);
}
END_TEST

/* The eldest makes place, around the end of the ring and on. */
START_TEST(keeps_the_last_few)
{
	int peers[2 * FAREWELLS_MAX];

	for (int i = 0; i < 2 * FAREWELLS_MAX; i++) {
		peers[i] = part();
		if (i >= FAREWELLS_MAX) {
			ck_assert(is_closed(peers[i - FAREWELLS_MAX]));
			ck_assert(!is_closed(peers[i - FAREWELLS_MAX + 1]));
			close(peers[i - FAREWELLS_MAX]);
		}
	}
	ck_assert_uint_eq(farewells.count, FAREWELLS_MAX);
	farewells_close(&farewells);
	for (int i = FAREWELLS_MAX; i < 2 * FAREWELLS_MAX; i++) {
		ck_assert(is_closed(peers[i]));
		close(peers[i]);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("farewell");
	TCase *cases = tcase_create("farewell");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, sends_the_refusal_and_the_end);
	tcase_add_test(cases, closes_a_moment_later);
	tcase_add_test(cases, closes_those_whose_time_has_come);
	tcase_add_test(cases, has_nobody_to_wait_for_at_first);
	tcase_add_test(cases, takes_off_what_the_peer_still_sent);
	tcase_add_test(cases, survives_a_peer_that_is_gone);
	tcase_add_test(cases, keeps_the_last_few);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
