/* SPDX-License-Identifier: MIT */
#include "server/process.h"
#include "suite.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define MORE 5
#define SIZE (16 << 20)

START_TEST(counts_descriptors)
{
	struct process_facts before, after;

	process_describe(&before);
	ck_assert_int_gt(before.open_descriptors, 0);
	for (int i = 0; i < MORE; i++)
		ck_assert_int_ge(open("/dev/null", O_RDONLY), 0);
	process_describe(&after);
	ck_assert_int_eq(
		after.open_descriptors, before.open_descriptors + MORE);
}
END_TEST

START_TEST(knows_how_many_there_may_be)
{
	struct process_facts facts;
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 100;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	process_describe(&facts);
	ck_assert_int_eq(facts.max_descriptors, 100);
}
END_TEST

START_TEST(measures_memory_in_bytes)
{
	struct process_facts before, after;
	char *memory;

	process_describe(&before);
	memory = malloc(SIZE);
	ck_assert_ptr_nonnull(memory);
	for (size_t i = 0; i < SIZE; i += 1024)
		((volatile char *)memory)[i] = 1;
	process_describe(&after);
	ck_assert_int_gt(before.resident_bytes, 0);
	ck_assert_int_ge(
		after.resident_bytes - before.resident_bytes, SIZE / 2);
	ck_assert_int_ge(after.virtual_bytes, after.resident_bytes);
	free(memory);
}
END_TEST

START_TEST(measures_the_time_of_processors)
{
	struct process_facts facts;
	double before;

	process_describe(&facts);
	before = facts.cpu_seconds;
	ck_assert_double_ge(before, 0);
	do
		process_describe(&facts);
	while (facts.cpu_seconds < before + 0.01);
	ck_assert_double_lt(facts.cpu_seconds, before + 10);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("process");
	TCase *cases = tcase_create("process");

	tcase_add_test(cases, counts_descriptors);
	tcase_add_test(cases, knows_how_many_there_may_be);
	tcase_add_test(cases, measures_memory_in_bytes);
	tcase_add_test(cases, measures_the_time_of_processors);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
