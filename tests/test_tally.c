/* SPDX-License-Identifier: MIT */
#include "server/tally.h"
#include "suite.h"

#include <string.h>

static const struct {
	struct verdict verdict;
	const char *name;
} refusals[] = {
	{{400, "no Host"}, "malformed"},
	{{403, "origin is not allowed"}, "origin"},
	{{404, "no"}, "not_found"},
	{{405, "no"}, "method"},
	{{408, "no"}, "timeout"},
	{{414, "no"}, "uri_too_long"},
	{{426, "no"}, "upgrade_required"},
	{{431, "no"}, "fields_too_large"},
	{{500, "no"}, "other"},
	{{503, "too many clients"}, "max_clients"},
	{{503, "too many pending connections"}, "max_pending"},
	{{503, "too many connections from your address"}, "max_clients_per_ip"},
	{{503, "going away"}, "going_away"},
	{{503, "out of memory"}, "resources"},
	{{503, "no thread to be had"}, "resources"},
	{{505, "no"}, "version"},
	{{0, "not a trusted proxy"}, "proxy"},
	{{0, "no shared cipher"}, "tls"},
	{{302, "no"}, "other"},
};

START_TEST(each_refusal_has_one_reason)
{
	struct tally tally = {0};

	tally_refusal(&tally, refusals[_i].verdict);
	ck_assert_uint_eq(tally_refusals(&tally), 1);
	for (size_t i = 0; i < TALLY_REASONS; i++)
		ck_assert_uint_eq(tally.refused[i],
			strcmp(tally_reason_name(i), refusals[_i].name) == 0);
}
END_TEST

static const struct {
	unsigned code;
	const char *name;
} codes[] = {
	{1000, "1000"},
	{1001, "1001"},
	{1002, "1002"},
	{1003, "1003"},
	{1005, "1005"},
	{1006, "1006"},
	{1007, "1007"},
	{1008, "1008"},
	{1009, "1009"},
	{1010, "1010"},
	{1011, "1011"},
	{1012, "1012"},
	{1013, "1013"},
	{1014, "1014"},
	{3000, "3000-3999"},
	{3999, "3000-3999"},
	{4000, "4000-4999"},
	{4999, "4000-4999"},
	{0, "other"},
	{999, "other"},
	{1004, "other"},
	{1015, "other"},
	{2999, "other"},
	{5000, "other"},
	{65535, "other"},
};

START_TEST(each_end_has_a_code_and_who_closed)
{
	static const enum closed_by enders[] = {
		CLOSED_BY_NOBODY, CLOSED_BY_PEER, CLOSED_BY_US};

	for (size_t e = 0; e < TALLY_ENDERS; e++) {
		struct connection_end end = {
			.code = codes[_i].code, .by = enders[e]};
		struct tally tally = {0};

		tally_end(&tally, end);
		for (size_t i = 0; i < TALLY_CODES; i++)
			for (size_t by = 0; by < TALLY_ENDERS; by++)
				ck_assert_uint_eq(tally.ended[i][by],
					by == (size_t)enders[e] &&
						strcmp(tally_code_name(i),
							codes[_i].name) == 0);
	}
}
END_TEST

START_TEST(each_ender_has_its_name)
{
	ck_assert_str_eq(tally_ender_name(CLOSED_BY_PEER), "client");
	ck_assert_str_eq(tally_ender_name(CLOSED_BY_US), "server");
	ck_assert_str_eq(tally_ender_name(CLOSED_BY_NOBODY), "nobody");
}
END_TEST

/* A bound is the longest time that it counts. */
START_TEST(a_handshake_is_counted_by_the_next_bound)
{
	struct tally tally = {0};
	uint64_t time = 0;

	for (size_t i = 0; i < TALLY_BOUNDS; i++) {
		tally_handshake(&tally, tally_bound(i));
		tally_handshake(&tally, tally_bound(i) + 1);
		time += 2 * (uint64_t)tally_bound(i) + 1;
	}
	ck_assert_uint_eq(tally.handshakes[0], 1);
	for (size_t i = 1; i < TALLY_BOUNDS; i++)
		ck_assert_uint_eq(tally.handshakes[i], 2);
	ck_assert_uint_eq(tally.handshakes[TALLY_BOUNDS], 1);
	ck_assert_uint_eq(tally.handshake_time, time);
}
END_TEST

START_TEST(bounds_rise)
{
	for (size_t i = 1; i < TALLY_BOUNDS; i++)
		ck_assert_int_gt(tally_bound(i), tally_bound(i - 1));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tally");
	TCase *cases = tcase_create("tally");

	tcase_add_loop_test(
		cases, each_refusal_has_one_reason, 0, COUNT_OF(refusals));
	tcase_add_loop_test(
		cases, each_end_has_a_code_and_who_closed, 0, COUNT_OF(codes));
	tcase_add_test(cases, each_ender_has_its_name);
	tcase_add_test(cases, a_handshake_is_counted_by_the_next_bound);
	tcase_add_test(cases, bounds_rise);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
