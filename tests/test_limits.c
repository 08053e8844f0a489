/* SPDX-License-Identifier: MIT */
#include "server/limits.h"
#include "suite.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534
#define OTHER_THREADS 512
#define FEW 5

static struct rlimit
get(unsigned resource)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(resource, &limit), 0);
	return limit;
}

static void
set_soft(unsigned resource, rlim_t value)
{
	struct rlimit limit = get(resource);

	limit.rlim_cur = value;
	ck_assert_int_eq(setrlimit(resource, &limit), 0);
}

START_TEST(tells_a_limit_and_its_reason)
{
	struct limits limits = limits_find(0, 0);

	ck_assert_int_ge(limits.connections, 1);
	ck_assert_ptr_nonnull(limits.reason);
}
END_TEST

START_TEST(raises_the_soft_limit_of_open_files)
{
	rlim_t soft = get(RLIMIT_NOFILE).rlim_cur;

	set_soft(RLIMIT_NOFILE, 64);
	limits_find(0, 0);
	ck_assert(get(RLIMIT_NOFILE).rlim_cur == get(RLIMIT_NOFILE).rlim_max);
	set_soft(RLIMIT_NOFILE, soft);
}
END_TEST

/* As if few descriptors were left by the others. */
START_TEST(leaves_the_descriptors_of_others)
{
	int64_t files = (int64_t)get(RLIMIT_NOFILE).rlim_max;
	struct limits limits = limits_find(files - FEW, 0);

	ck_assert_int_eq(limits.connections, FEW);
	ck_assert_str_eq(limits.reason, "open files (ulimit -n)");
}
END_TEST

START_TEST(leaves_one_connection_at_least)
{
	int64_t files = (int64_t)get(RLIMIT_NOFILE).rlim_max;

	ck_assert_int_eq(limits_find(files, 0).connections, 1);
	ck_assert_int_eq(limits_find(files + FEW, 0).connections, 1);
}
END_TEST

/* Root is not held to it; this test then is somebody else for a while. */
START_TEST(heeds_the_limit_of_processes)
{
	rlim_t soft = get(RLIMIT_NPROC).rlim_cur;
	bool is_root = geteuid() == 0;
	struct limits limits;

	if (get(RLIMIT_NPROC).rlim_max < OTHER_THREADS + FEW ||
		(is_root && seteuid(NOBODY) < 0))
		return;
	set_soft(RLIMIT_NPROC, OTHER_THREADS + FEW);
	limits = limits_find(0, 0);
	set_soft(RLIMIT_NPROC, soft);
	if (is_root) {
		ck_assert_int_eq(seteuid(0), 0);
		prctl(PR_SET_DUMPABLE, 1);
	}
	ck_assert_int_eq(limits.connections, FEW);
	ck_assert_str_eq(limits.reason, "processes (ulimit -u)");
}
END_TEST

START_TEST(does_not_hold_root_to_the_limit_of_processes)
{
	rlim_t soft = get(RLIMIT_NPROC).rlim_cur;
	struct limits limits;

	if (geteuid() != 0)
		return;
	set_soft(RLIMIT_NPROC, OTHER_THREADS + FEW);
	limits = limits_find(0, 0);
	set_soft(RLIMIT_NPROC, soft);
	ck_assert_str_ne(limits.reason, "processes (ulimit -u)");
}
END_TEST

/* Another process, for a hard limit once lowered is so for good. */
static _Noreturn void
counts_without_descriptors(void)
{
	struct rlimit old = get(RLIMIT_NOFILE), limit;
	int next = dup(STDIN_FILENO);
	struct limits limits;
	bool is_right;

	close(next);
	limit.rlim_cur = limit.rlim_max = (rlim_t)next;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		_exit(EXIT_SUCCESS);
	limits = limits_find(0, 0);
	is_right = limits.connections == next &&
		   strcmp(limits.reason, "open files (ulimit -n)") == 0;
	if (setrlimit(RLIMIT_NOFILE, &old) == 0)
		exit(is_right ? EXIT_SUCCESS : EXIT_FAILURE);
	_exit(is_right ? EXIT_SUCCESS : EXIT_FAILURE);
}

START_TEST(does_without_files_that_cannot_be_opened)
{
	int status = -1;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0)
		counts_without_descriptors();
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(heeds_the_limit_of_mappings)
{
	struct limits limits = limits_find(0, INT64_C(1) << 40);

	ck_assert_int_eq(limits.connections, 1);
	ck_assert_str_eq(limits.reason, "mappings (sysctl vm.max_map_count)");
}
END_TEST

START_TEST(tells_of_threads_alone)
{
	int64_t files = (int64_t)get(RLIMIT_NOFILE).rlim_max;

	ck_assert_int_eq(limits_find(files, 0).connections, 1);
	ck_assert_int_gt(limits_find_threads(0).connections, 1);
	ck_assert_str_ne(
		limits_find_threads(0).reason, "open files (ulimit -n)");
}
END_TEST

START_TEST(shares_the_room)
{
	static const struct {
		int64_t room, clients, pending;
		int64_t shared_clients, shared_pending;
	} rows[] = {
		{11000, 10000, 1000, 10000, 1000},
		{10999, 10000, 1000, 10000, 999},
		{10500, 10000, 1000, 10000, 500},
		{19838, 19500, 1000, 19500, 338},
		{19838, 30000, 1000, 19529, 309},
		{10000, 10000, 1000, 9744, 256},
		{860, 10000, 1000, 604, 256},
		{860, 10000, 100, 760, 100},
		{100, 10000, 1000, 50, 50},
		{2, 10000, 1000, 1, 1},
		{1, 10000, 1000, 1, 1},
		{INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX - INT64_MAX / 64,
			INT64_MAX / 64},
	};
	int64_t clients = rows[_i].clients, pending = rows[_i].pending;

	ck_assert_int_eq(limits_share(rows[_i].room, &clients, &pending),
		clients != rows[_i].clients || pending != rows[_i].pending);
	ck_assert_int_eq(clients, rows[_i].shared_clients);
	ck_assert_int_eq(pending, rows[_i].shared_pending);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("limits");
	TCase *cases = tcase_create("limits");

	tcase_add_test(cases, tells_a_limit_and_its_reason);
	tcase_add_test(cases, raises_the_soft_limit_of_open_files);
	tcase_add_test(cases, leaves_the_descriptors_of_others);
	tcase_add_test(cases, leaves_one_connection_at_least);
	tcase_add_test(cases, heeds_the_limit_of_processes);
	tcase_add_test(cases, does_not_hold_root_to_the_limit_of_processes);
	tcase_add_test(cases, does_without_files_that_cannot_be_opened);
	tcase_add_test(cases, heeds_the_limit_of_mappings);
	tcase_add_test(cases, tells_of_threads_alone);
	tcase_add_loop_test(cases, shares_the_room, 0, 12);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
