/* SPDX-License-Identifier: MIT */
#include "server/stack.h"
#include "suite.h"

#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096
#define PROMISED (128 << 10)
#define DEEPEST (4 << 20)
#define THREADS 200

/* Asks the kernel, for touching what is guarded ends the process. */
static bool
is_readable(char *address)
{
	char byte;
	struct iovec here = {&byte, 1}, there = {address, 1};

	return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == 1;
}

struct depth {
	bool can_guard;
	size_t usable; /* bytes below the first frame */
};

static void *
measure_stack(void *argument)
{
	struct depth *depth = argument;
	char *top = __builtin_frame_address(0);

	if (depth->can_guard && !stack_guard())
		return NULL;
	while (depth->usable < DEEPEST && is_readable(top - depth->usable))
		depth->usable += PAGE;
	return NULL;
}

static size_t
usable_stack(bool can_guard)
{
	struct depth depth = {can_guard, 0};
	pthread_attr_t attributes;
	pthread_t thread;

	ck_assert_int_eq(pthread_attr_init(&attributes), 0);
	stack_configure(&attributes, can_guard);
	ck_assert_int_eq(
		pthread_create(&thread, &attributes, measure_stack, &depth), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	pthread_attr_destroy(&attributes);
	return depth.usable;
}

START_TEST(an_ordinary_guard_is_below_what_is_promised)
{
	size_t usable = usable_stack(false);

	ck_assert_uint_ge(usable, PROMISED);
	ck_assert_uint_lt(usable, DEEPEST);
}
END_TEST

/* A stack that is used again has its guard already. */
START_TEST(a_guard_region_is_where_it_is_promised)
{
	for (int i = 0; i < 10 && stack_can_guard(); i++) {
		size_t usable = usable_stack(true);

		ck_assert_uint_ge(usable, PROMISED);
		ck_assert_uint_le(usable, PROMISED + 2 * PAGE);
	}
}
END_TEST

static size_t
count_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	size_t count = 0;

	ck_assert_ptr_nonnull(maps);
	for (int byte; (byte = getc(maps)) != EOF;)
		if (byte == '\n')
			count++;
	fclose(maps);
	return count;
}

struct wait {
	bool can_guard;
	int end; /* a pipe's, to be closed */
};

static void *
wait_for_end(void *argument)
{
	struct wait *wait = argument;
	char byte;

	if (wait->can_guard)
		ck_assert(stack_guard());
	ck_assert_int_eq(read(wait->end, &byte, 1), 0);
	return NULL;
}

/* What THREADS of them add, tools that watch the threads included. */
static size_t
mappings_of_threads(bool can_guard)
{
	pthread_t threads[THREADS];
	pthread_attr_t attributes;
	struct wait wait = {.can_guard = can_guard};
	size_t before = count_mappings(), with;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	wait.end = ends[0];
	ck_assert_int_eq(pthread_attr_init(&attributes), 0);
	stack_configure(&attributes, can_guard);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], &attributes,
					 wait_for_end, &wait),
			0);
	with = count_mappings();
	close(ends[1]);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	close(ends[0]);
	pthread_attr_destroy(&attributes);
	return with - before;
}

/* Guards of their own first, for stacks that are left are used again. */
START_TEST(guarded_stacks_take_fewer_mappings)
{
	size_t guarded, ordinary;

	if (!stack_can_guard())
		return;
	guarded = mappings_of_threads(true);
	ordinary = mappings_of_threads(false);
	ck_assert_uint_le(guarded + THREADS / 2, ordinary);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stack");
	TCase *cases = tcase_create("stack");

	tcase_add_test(cases, an_ordinary_guard_is_below_what_is_promised);
	tcase_add_test(cases, a_guard_region_is_where_it_is_promised);
	tcase_add_test(cases, guarded_stacks_take_fewer_mappings);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
