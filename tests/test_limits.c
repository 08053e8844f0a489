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
	struct limits limits = limits_find(0);

	ck_assert_int_ge(limits.connections, 1);
	ck_assert_ptr_nonnull(limits.reason);
}
END_TEST

START_TEST(raises_the_soft_limit_of_open_files)
{
	rlim_t soft = get(RLIMIT_NOFILE).rlim_cur;

	set_soft(RLIMIT_NOFILE, 64);
	limits_find(0);
	ck_assert(get(RLIMIT_NOFILE).rlim_cur == get(RLIMIT_NOFILE).rlim_max);
	set_soft(RLIMIT_NOFILE, soft);
}
END_TEST

/* As if few descriptors were left by the others. */
START_TEST(leaves_the_descriptors_of_others)
{
	int64_t files = (int64_t)get(RLIMIT_NOFILE).rlim_max;
	struct limits limits = limits_find(files - FEW);

	ck_assert_int_eq(limits.connections, FEW);
	ck_assert_str_eq(limits.reason, "open files (ulimit -n)");
}
END_TEST

START_TEST(leaves_one_connection_at_least)
{
	int64_t files = (int64_t)get(RLIMIT_NOFILE).rlim_max;

	ck_assert_int_eq(limits_find(files).connections, 1);
	ck_assert_int_eq(limits_find(files + FEW).connections, 1);
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
	limits = limits_find(0);
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
	limits = limits_find(0);
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
	limits = limits_find(0);
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
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
