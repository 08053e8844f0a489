/* SPDX-License-Identifier: MIT */
#include "bench/histogram.h"
#include "suite.h"

#include <string.h>

static struct histogram histogram;

static void
set_up(void)
{
	memset(&histogram, 0, sizeof(histogram));
}

START_TEST(is_empty_at_first)
{
	ck_assert_uint_eq(histogram_percentile(&histogram, 50), 0);
	ck_assert_uint_eq(histogram_percentile(&histogram, 100), 0);
	ck_assert_double_eq(histogram_mean(&histogram), 0);
}
END_TEST

START_TEST(counts_small_values_exactly)
{
	for (uint64_t value = 1; value <= 100; value++)
		histogram_add(&histogram, value);
	for (uint64_t value = 1; value <= 100; value++)
		ck_assert_uint_eq(
			histogram_percentile(&histogram, (double)value), value);
	ck_assert_uint_eq(histogram.least, 1);
	ck_assert_uint_eq(histogram.most, 100);
	ck_assert_double_eq_tol(histogram_mean(&histogram), 50.5, 1e-9);
}
END_TEST

START_TEST(is_exact_for_what_stands_alone)
{
	histogram_add(&histogram, 123456789);
	ck_assert_uint_eq(histogram_percentile(&histogram, 0), 123456789);
	ck_assert_uint_eq(histogram_percentile(&histogram, 50), 123456789);
	ck_assert_uint_eq(histogram_percentile(&histogram, 100), 123456789);
}
END_TEST

/* Two neighbours keep the bounds of what came from helping. */
START_TEST(errs_by_one_percent_at_most)
{
	for (uint64_t value = 1; value < HISTOGRAM_VALUE_MAX / 2;
		value += value / 97 + 1) {
		double found;

		set_up();
		histogram_add(&histogram, 0);
		histogram_add(&histogram, value);
		histogram_add(&histogram, HISTOGRAM_VALUE_MAX);
		found = (double)histogram_percentile(&histogram, 50);
		ck_assert_double_le(found, (double)value * 1.01);
		ck_assert_double_ge(found, (double)value * 0.99);
	}
}
END_TEST

START_TEST(has_buckets_one_behind_the_other)
{
	for (size_t i = 1; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t start = histogram_bucket_start(i);

		ck_assert_uint_gt(start, histogram_bucket_start(i - 1));
		set_up();
		histogram_add(&histogram, start);
		ck_assert_uint_eq(histogram.buckets[i], 1);
		histogram_add(&histogram, start - 1);
		ck_assert_uint_eq(histogram.buckets[i - 1], 1);
	}
}
END_TEST

START_TEST(keeps_what_is_too_large_in_the_last_bucket)
{
	histogram_add(&histogram, UINT64_MAX);
	histogram_add(&histogram, HISTOGRAM_VALUE_MAX);
	ck_assert_uint_eq(histogram.buckets[HISTOGRAM_BUCKETS - 1], 2);
	ck_assert_uint_eq(histogram.most, HISTOGRAM_VALUE_MAX);
}
END_TEST

static const struct {
	double percent;
	uint64_t value;
} ranks[] = {
	{0, 10},
	{50, 10},
	{90, 10},
	{90.1, 20},
	{99, 20},
	{99.1, 30},
	{100, 30},
};

/* 90 of 100 are 10, 9 are 20, one is 30. */
START_TEST(finds_the_value_that_so_many_do_not_exceed)
{
	for (int i = 0; i < 100; i++)
		histogram_add(&histogram, i < 90 ? 10 : i < 99 ? 20 : 30);
	ck_assert_uint_eq(histogram_percentile(&histogram, ranks[_i].percent),
		ranks[_i].value);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("histogram");
	TCase *cases = tcase_create("histogram");

	tcase_set_timeout(cases, 60);
	tcase_add_checked_fixture(cases, set_up, NULL);
	tcase_add_test(cases, is_empty_at_first);
	tcase_add_test(cases, counts_small_values_exactly);
	tcase_add_test(cases, is_exact_for_what_stands_alone);
	tcase_add_test(cases, errs_by_one_percent_at_most);
	tcase_add_test(cases, has_buckets_one_behind_the_other);
	tcase_add_test(cases, keeps_what_is_too_large_in_the_last_bucket);
	tcase_add_loop_test(cases, finds_the_value_that_so_many_do_not_exceed,
		0, COUNT_OF(ranks));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
