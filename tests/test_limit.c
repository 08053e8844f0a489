/* SPDX-License-Identifier: MIT */
#include "log/limit.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define PEER "192.0.2.1:1024"
#define COST 40
#define LINES_AT_ONCE (LIMIT_TOKENS_MAX / COST)
#define START 1000000
#define REFILL (LIMIT_TOKENS_MAX / LIMIT_TOKENS_A_SECOND * 1000)

static struct limit limit;
static struct limit_report report;

static void
set_up(void)
{
	memset(&limit, 0, sizeof(limit));
}

static bool
take(const char *peer, int64_t now)
{
	return limit_take(&limit, peer, COST, now, &report);
}

/* Takes all that a peer has, and a few lines more that are suppressed. */
static void
exhaust(const char *peer, int64_t now, int suppressed)
{
	for (int i = 0; i < LINES_AT_ONCE; i++)
		ck_assert(take(peer, now));
	for (int i = 0; i < suppressed; i++)
		ck_assert(!take(peer, now));
}

static void
assert_reports(const char *host, uint64_t suppressed)
{
	ck_assert_uint_eq(report.suppressed, suppressed);
	ck_assert_str_eq(report.host, host);
}

START_TEST(lets_a_burst_through_and_then_none)
{
	exhaust(PEER, START, 3);
	ck_assert_uint_eq(report.suppressed, 0);
}
END_TEST

START_TEST(a_line_without_cost_always_fits)
{
	exhaust(PEER, START, 0);
	ck_assert(limit_take(&limit, PEER, 0, START, &report));
}
END_TEST

START_TEST(never_writes_what_costs_more_than_there_can_be)
{
	ck_assert(!limit_take(
		&limit, PEER, LIMIT_TOKENS_MAX + 1, START, &report));
	ck_assert(!limit_take(
		&limit, PEER, LIMIT_TOKENS_MAX + 1, 2 * START, &report));
}
END_TEST

START_TEST(gives_tokens_back_by_the_millisecond)
{
	exhaust(PEER, START, 1);
	ck_assert(!take(PEER, START + COST * 1000 / LIMIT_TOKENS_A_SECOND - 1));
	ck_assert(take(PEER, START + COST * 1000 / LIMIT_TOKENS_A_SECOND));
	ck_assert(!take(PEER, START + COST * 1000 / LIMIT_TOKENS_A_SECOND));
}
END_TEST

START_TEST(never_gives_back_more_than_a_burst)
{
	static const int64_t later[] = {REFILL, REFILL + 1, INT64_MAX / 2};
	int64_t now = START;

	for (size_t i = 0; i < COUNT_OF(later); i++) {
		exhaust(PEER, now, 0);
		ck_assert(!take(PEER, now));
		now += later[i];
	}
	ck_assert(take(PEER, now));
	now += REFILL / 2;
	for (int i = 1; i < LINES_AT_ONCE; i++)
		take(PEER, now);
	ck_assert(take(PEER, now));
	ck_assert(!take(PEER, now));
}
END_TEST

START_TEST(reports_what_was_suppressed_before_the_next_line)
{
	exhaust(PEER, START, 3);
	ck_assert(take(PEER, START + REFILL));
	assert_reports("192.0.2.1", 3);
	ck_assert(take(PEER, START + REFILL));
	ck_assert_uint_eq(report.suppressed, 0);
}
END_TEST

START_TEST(reports_at_most_once_in_its_interval)
{
	int64_t now = START;
	uint64_t reports = 0, suppressed = 0;

	exhaust(PEER, now, 0);
	for (int i = 1; i <= 4000; i++) {
		if (take(PEER, now++))
			suppressed++;
		reports += report.suppressed > 0;
		suppressed += report.suppressed;
	}
	ck_assert_uint_eq(reports, 4000 / LIMIT_REPORT_INTERVAL);
	ck_assert(limit_next_report(&limit, &report));
	ck_assert_uint_eq(suppressed + report.suppressed, 4000);
}
END_TEST

START_TEST(reports_what_was_suppressed_when_asked)
{
	exhaust(PEER, START, 2);
	ck_assert(limit_next_report(&limit, &report));
	assert_reports("192.0.2.1", 2);
	ck_assert(!limit_next_report(&limit, &report));
}
END_TEST

START_TEST(knows_a_peer_by_its_host_and_not_its_port)
{
	exhaust("192.0.2.1:1024", START, 0);
	ck_assert(!take("192.0.2.1:1025", START));
	ck_assert(!take("192.0.2.1", START));
}
END_TEST

static const struct {
	const char *peer, *host;
} hosts[] = {
	{"192.0.2.1:80", "192.0.2.1"},
	{"192.0.2.1", "192.0.2.1"},
	{"[2001:db8:1:2:3:4:5:6]:80", "2001:db8:1:2::/64"},
	{"[2001:db8:1:2:3:4:5:6]", "2001:db8:1:2::/64"},
	{"unix", "unix"},
	{"unix:/run/client", "unix"},
	{"", ""},
	{"an-name-that-is-longer-than-the-room-for-any-address-is:1",
		"an-name-that-is-longer-than-the-room-for-any-ad"},
};

START_TEST(reports_the_host)
{
	exhaust(hosts[_i].peer, START, 1);
	ck_assert(limit_next_report(&limit, &report));
	assert_reports(hosts[_i].host, 1);
}
END_TEST

/* The first of 192.0.2.x that gets in the way of PEER. */
static void
find_collision(char peer[32])
{
	for (int i = 2; i < 256 * 256; i++) {
		snprintf(peer, 32, "10.0.%d.%d:1", i / 256, i % 256);
		if (!take(peer, START))
			return;
	}
	ck_abort_msg("no peer collides");
}

START_TEST(peers_whose_hash_collides_share_their_tokens)
{
	char other[32];

	exhaust(PEER, START, 5);
	find_collision(other);
	ck_assert(!take(PEER, START));
	ck_assert(limit_next_report(&limit, &report));
	assert_reports("192.0.2.1", 7);
}
END_TEST

START_TEST(other_peers_do_not)
{
	exhaust("192.0.2.1:1", START, 1);
	exhaust("192.0.2.2:1", START, 2);
	ck_assert(limit_next_report(&limit, &report));
	ck_assert(limit_next_report(&limit, &report));
	ck_assert(!limit_next_report(&limit, &report));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("limit");
	TCase *cases = tcase_create("limit");

	tcase_add_checked_fixture(cases, set_up, NULL);
	tcase_add_test(cases, lets_a_burst_through_and_then_none);
	tcase_add_test(cases, a_line_without_cost_always_fits);
	tcase_add_test(cases, never_writes_what_costs_more_than_there_can_be);
	tcase_add_test(cases, gives_tokens_back_by_the_millisecond);
	tcase_add_test(cases, never_gives_back_more_than_a_burst);
	tcase_add_test(cases, reports_what_was_suppressed_before_the_next_line);
	tcase_add_test(cases, reports_at_most_once_in_its_interval);
	tcase_add_test(cases, reports_what_was_suppressed_when_asked);
	tcase_add_test(cases, knows_a_peer_by_its_host_and_not_its_port);
	tcase_add_loop_test(cases, reports_the_host, 0, COUNT_OF(hosts));
	tcase_add_test(cases, peers_whose_hash_collides_share_their_tokens);
	tcase_add_test(cases, other_peers_do_not);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
