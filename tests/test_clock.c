/* SPDX-License-Identifier: MIT */
#include "suite.h"
#include "transport/clock.h"

#include <time.h>

#define HOUR (3600 * 1000)

START_TEST(never_runs_backwards)
{
	int64_t last = clock_now();

	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_now();

		ck_assert_int_ge(now, last);
		last = now;
	}
}
END_TEST

/* FAULTS R6: nobody can set it, so no deadline passes by a jump. */
START_TEST(counts_milliseconds_of_the_monotonic_clock)
{
	struct timespec before, after;
	int64_t now;

	clock_gettime(CLOCK_MONOTONIC, &before);
	now = clock_now();
	clock_gettime(CLOCK_MONOTONIC, &after);
	ck_assert_int_ge(
		now, (int64_t)before.tv_sec * 1000 + before.tv_nsec / 1000000);
	ck_assert_int_le(
		now, (int64_t)after.tv_sec * 1000 + after.tv_nsec / 1000000);
}
END_TEST

START_TEST(counts_microseconds_of_the_same_clock)
{
	int64_t before = clock_now();
	int64_t now = clock_microseconds();
	int64_t after = clock_now();

	ck_assert_int_ge(now / 1000, before);
	ck_assert_int_le(now / 1000, after);
}
END_TEST

START_TEST(counts_down_to_a_deadline)
{
	int64_t left = deadline_left(deadline_after(HOUR));

	ck_assert_int_le(left, HOUR);
	ck_assert_int_gt(left, HOUR - 60 * 1000);
}
END_TEST

START_TEST(has_nothing_left_once_the_deadline_has_come)
{
	int64_t now = clock_now();

	ck_assert_int_eq(deadline_left(now), 0);
	ck_assert_int_eq(deadline_left(now - 1), 0);
	ck_assert_int_eq(deadline_left(now - HOUR), 0);
}
END_TEST

START_TEST(takes_no_time_for_never)
{
	ck_assert_int_eq(deadline_after(0), DEADLINE_NEVER);
	ck_assert_int_eq(deadline_after(-1), DEADLINE_NEVER);
	ck_assert_int_eq(deadline_left(DEADLINE_NEVER), DEADLINE_NEVER);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("clock");
	TCase *cases = tcase_create("clock");

	tcase_add_test(cases, never_runs_backwards);
	tcase_add_test(cases, counts_milliseconds_of_the_monotonic_clock);
	tcase_add_test(cases, counts_microseconds_of_the_same_clock);
	tcase_add_test(cases, counts_down_to_a_deadline);
	tcase_add_test(cases, has_nothing_left_once_the_deadline_has_come);
	tcase_add_test(cases, takes_no_time_for_never);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
