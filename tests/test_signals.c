/* SPDX-License-Identifier: MIT */
#include "server/signals.h"
#include "suite.h"

#include <signal.h>

static void
set_up(void)
{
	ck_assert(signals_open());
}

static void
raise_times(int number, int times)
{
	for (int i = 0; i < times; i++)
		ck_assert_int_eq(raise(number), 0);
}

START_TEST(a_storm_is_one_reload)
{
	struct signals_wishes wishes;

	raise_times(SIGHUP, 1000);
	wishes = signals_take_all();
	ck_assert(wishes.reloads);
	ck_assert(!wishes.statistics);
	ck_assert_int_eq(wishes.stops, 0);
	ck_assert(!signals_take_all().reloads);
}
END_TEST

START_TEST(each_stop_counts_among_others)
{
	struct signals_wishes wishes;

	raise_times(SIGTERM, 1);
	signals_wake();
	raise_times(SIGUSR1, 3);
	raise_times(SIGINT, 2);
	wishes = signals_take_all();
	ck_assert_int_eq(wishes.stops, 3);
	ck_assert(wishes.statistics);
	ck_assert(!wishes.reloads);
	ck_assert_int_eq(signals_take(), -1);
}
END_TEST

/* More than the pipe holds: what came first is there, and nothing hangs. */
START_TEST(a_full_pipe_loses_no_first_wish)
{
	raise_times(SIGTERM, 1);
	raise_times(SIGHUP, 100000);
	ck_assert_int_eq(signals_take_all().stops, 1);
	raise_times(SIGTERM, 1);
	ck_assert_int_eq(signals_take_all().stops, 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("signals");
	TCase *cases = tcase_create("signals");

	tcase_add_checked_fixture(cases, set_up, NULL);
	tcase_add_test(cases, a_storm_is_one_reload);
	tcase_add_test(cases, each_stop_counts_among_others);
	tcase_add_test(cases, a_full_pipe_loses_no_first_wish);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
