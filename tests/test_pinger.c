/* SPDX-License-Identifier: MIT */
#include "client/pinger.h"
#include "peer.h"
#include "transport/clock.h"

#include <unistd.h>

#define PING (FIN | OPCODE_PING)
#define VARIANT_PLAIN (MEMORY_TRANSPORT_VARIANTS - 2)
#define INTERVAL 10000 /* milliseconds, which no test waits */

static struct peer peer;
static struct pinger pinger;

static void
set_up(void)
{
	peer_init(&peer, ROLE_CLIENT);
	peer_open(&peer, VARIANT_PLAIN);
	pinger_init(&pinger, INTERVAL);
}

static void
tear_down(void)
{
	peer_release(&peer);
}

static bool
tend(void)
{
	return pinger_tend(&pinger, peer.connection, clock_now());
}

/* As if the interval had passed. */
static void
tend_when_due(void)
{
	pinger.next_at = clock_now();
	ck_assert(tend());
	connection_flush(peer.connection);
}

START_TEST(pings_at_the_interval)
{
	int64_t start = clock_now();

	ck_assert_int_le(pinger_due(&pinger), start + INTERVAL);
	ck_assert(tend());
	peer_hears_nothing(&peer);
	tend_when_due();
	peer_hears(&peer, PING, "ping 1");
	ck_assert_int_ge(pinger_due(&pinger), start + INTERVAL);
	ck_assert(tend());
	peer_hears_nothing(&peer);
	tend_when_due();
	peer_hears(&peer, PING, "ping 2");
	peer_hears_nothing(&peer);
}
END_TEST

START_TEST(never_pings_without_an_interval)
{
	pinger_init(&pinger, 0);
	ck_assert_int_eq(pinger_due(&pinger), DEADLINE_NEVER);
	ck_assert(tend());
	peer_hears_nothing(&peer);
}
END_TEST

START_TEST(measures_the_answer_to_its_last_ping)
{
	struct message other = {OPCODE_PONG, slice_of("ping 0")};
	struct message pong = {OPCODE_PONG, slice_of("ping 1")};
	struct message text = {OPCODE_TEXT, slice_of("ping 1")};
	double milliseconds = -1;

	ck_assert(!pinger_take(&pinger, &pong, &milliseconds));
	tend_when_due();
	usleep(5000);
	ck_assert(!pinger_take(&pinger, &other, &milliseconds));
	ck_assert(!pinger_take(&pinger, &text, &milliseconds));
	ck_assert(pinger_take(&pinger, &pong, &milliseconds));
	ck_assert_double_ge(milliseconds, 5);
	ck_assert_double_lt(milliseconds, 60000);
	ck_assert_int_eq(pinger.asked_at, 0);
}
END_TEST

START_TEST(gives_up_who_is_silent)
{
	tend_when_due();
	pinger.asked_at -= PINGER_PATIENCE;
	pinger.next_at = 0;
	ck_assert(!pinger_tend(
		&pinger, peer.connection, clock_now() - PINGER_PATIENCE));
}
END_TEST

START_TEST(does_not_give_up_who_says_something_else)
{
	tend_when_due();
	pinger.asked_at -= PINGER_PATIENCE;
	pinger.next_at = 0;
	ck_assert(tend());
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pinger");
	TCase *cases = tcase_create("pinger");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, pings_at_the_interval);
	tcase_add_test(cases, never_pings_without_an_interval);
	tcase_add_test(cases, measures_the_answer_to_its_last_ping);
	tcase_add_test(cases, gives_up_who_is_silent);
	tcase_add_test(cases, does_not_give_up_who_says_something_else);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
