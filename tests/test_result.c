/* SPDX-License-Identifier: MIT */
#include "bench/figures.h"
#include "bench/instant.h"
#include "bench/processor.h"
#include "bench/result.h"
#include "suite.h"

#include <string.h>
#include <unistd.h>

static struct result result;

static void
set_up(void)
{
	memset(&result, 0, sizeof(result));
}

static void
tear_down(void)
{
	result_release(&result);
}

START_TEST(counts_second_by_second)
{
	series_add(&result.series, 0, 3);
	series_add(&result.series, NANOSECONDS - 1, 4);
	series_add(&result.series, 100 * NANOSECONDS, 5);
	series_add(&result.series, NANOSECONDS, 6);
	ck_assert_uint_eq(result.series.length, 101);
	ck_assert_uint_eq(result.series.counts[0], 7);
	ck_assert_uint_eq(result.series.counts[1], 6);
	ck_assert_uint_eq(result.series.counts[50], 0);
	ck_assert_uint_eq(result.series.counts[100], 5);
}
END_TEST

START_TEST(keeps_the_first_failure)
{
	result_fail(&result, BENCH_TLS, "%s", "the first");
	result_fail(&result, BENCH_REFUSED, "%s", "the second");
	ck_assert_int_eq(result.failure, BENCH_TLS);
	ck_assert_str_eq(result.why, "the first");
}
END_TEST

static const struct {
	struct result result;
	enum bench_status status;
} statuses[] = {
	{{.right = 5}, BENCH_RIGHT},
	{{.wrong = 1}, BENCH_WRONG},
	{{.lost = 1}, BENCH_WRONG},
	{{.late = 1}, BENCH_WRONG},
	{{.failure = BENCH_REFUSED}, BENCH_REFUSED},
	{{.failure = BENCH_REFUSED, .wrong = 1}, BENCH_WRONG},
	{{.wrong = 1, .was_interrupted = true}, BENCH_INTERRUPTED},
};

START_TEST(has_the_status_of_the_manual)
{
	ck_assert_int_eq(
		result_status(&statuses[_i].result), statuses[_i].status);
}
END_TEST

START_TEST(has_no_rate_without_time)
{
	result.measured = 50;
	ck_assert_double_eq(result_rate(&result), 0);
	result.seconds = 2;
	ck_assert_double_eq(result_rate(&result), 25);
}
END_TEST

static const struct {
	uint64_t nanoseconds;
	const char *text;
} times[] = {
	{0, "0 ns"},
	{999, "999 ns"},
	{1000, "1.0 us"},
	{9940, "9.9 us"},
	{9960, "10 us"},
	{31400, "31 us"},
	{999499, "999 us"},
	{999600, "1.00 ms"},
	{1900000, "1.90 ms"},
	{999994000, "999.99 ms"},
	{999996000, "1.00 s"},
	{61500000000, "61.50 s"},
};

START_TEST(writes_times_as_people_read_them)
{
	char text[FIGURE_SIZE];

	ck_assert_str_eq(
		figure_time(times[_i].nanoseconds, text), times[_i].text);
}
END_TEST

static const struct {
	int64_t bytes;
	const char *text;
} sizes[] = {
	{0, "0 B"},
	{20, "20 B"},
	{1000, "1000 B"},
	{1024, "1 KiB"},
	{65536, "64 KiB"},
	{1 << 20, "1 MiB"},
	{(1 << 20) + 1024, "1025 KiB"},
};

START_TEST(writes_sizes_as_people_read_them)
{
	char text[FIGURE_SIZE];

	ck_assert_str_eq(figure_size(sizes[_i].bytes, text), sizes[_i].text);
}
END_TEST

START_TEST(places_values_by_orders)
{
	ck_assert_double_eq(figure_order(1, 10, 1000), 0);
	ck_assert_double_eq(figure_order(10, 10, 1000), 0);
	ck_assert_double_eq_tol(figure_order(100, 10, 1000), 0.5, 1e-9);
	ck_assert_double_eq(figure_order(1000, 10, 1000), 1);
	ck_assert_double_eq(figure_order(5000, 10, 1000), 1);
	ck_assert_double_eq(figure_order(5, 5, 5), 0);
	ck_assert_double_eq_tol(figure_order(10, 0, 100), 0.5, 1e-9);
}
END_TEST

START_TEST(knows_what_we_have_spent)
{
	uint64_t end = instant_now() + NANOSECONDS;

	while (processor_seconds(getpid()) < 0.05)
		ck_assert_uint_lt(instant_now(), end + 60 * NANOSECONDS);
	ck_assert_double_lt(processor_seconds(INT32_MAX), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("result");
	TCase *cases = tcase_create("result");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_set_timeout(cases, 120);
	tcase_add_test(cases, counts_second_by_second);
	tcase_add_test(cases, keeps_the_first_failure);
	tcase_add_loop_test(
		cases, has_the_status_of_the_manual, 0, COUNT_OF(statuses));
	tcase_add_test(cases, has_no_rate_without_time);
	tcase_add_loop_test(
		cases, writes_times_as_people_read_them, 0, COUNT_OF(times));
	tcase_add_loop_test(
		cases, writes_sizes_as_people_read_them, 0, COUNT_OF(sizes));
	tcase_add_test(cases, places_values_by_orders);
	tcase_add_test(cases, knows_what_we_have_spent);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
