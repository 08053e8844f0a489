/* SPDX-License-Identifier: MIT */
#include "capture.h"
#include "server/activation.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct activation activation;

/* As a service manager does; NULL for what it does not set. */
static void
set_environment(long pid, const char *count, const char *names)
{
	char number[32];

	snprintf(number, sizeof(number), "%ld", pid);
	setenv("LISTEN_PID", number, 1);
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (count != NULL)
		setenv("LISTEN_FDS", count, 1);
	if (names != NULL)
		setenv("LISTEN_FDNAMES", names, 1);
}

static void
assert_taken(size_t count)
{
	ck_assert(activation_take(&activation));
	ck_assert_int_eq(activation.first, 3);
	ck_assert_uint_eq(activation.count, count);
	ck_assert_ptr_null(getenv("LISTEN_PID"));
	ck_assert_ptr_null(getenv("LISTEN_FDS"));
	ck_assert_ptr_null(getenv("LISTEN_FDNAMES"));
}

START_TEST(takes_what_is_meant_for_it_and_cleans_up)
{
	set_environment(getpid(), "2", "ws:wss");
	assert_taken(2);
	ck_assert(activation_is_named(&activation, 0, "ws"));
	ck_assert(activation_is_named(&activation, 1, "wss"));
	activation_release(&activation);
	assert_taken(0);
}
END_TEST

START_TEST(takes_nothing_that_is_meant_for_another)
{
	set_environment(getppid(), "2", "ws:wss");
	assert_taken(0);
	ck_assert(!activation_is_named(&activation, 0, "ws"));
	set_environment(getpid(), NULL, "ws");
	assert_taken(0);
	set_environment(0, "2", NULL);
	assert_taken(0);
}
END_TEST

START_TEST(needs_no_names)
{
	set_environment(getpid(), "1", NULL);
	assert_taken(1);
	ck_assert(!activation_is_named(&activation, 0, ""));
}
END_TEST

static const char *const malformed[] = {
	"", "x", "-1", "1x", " 1", "1025", "99999999999999999999"};

START_TEST(refuses_a_count_that_is_none)
{
	bool is_taken;

	set_environment(getpid(), malformed[_i], NULL);
	capture_begin(STDERR_FILENO);
	is_taken = activation_take(&activation);
	capture_end_with("wsserver: LISTEN_FDS is no number of sockets\n");
	ck_assert(!is_taken);
	ck_assert_uint_eq(activation.count, 0);
}
END_TEST

static const struct {
	const char *names;
	size_t place;
	const char *name;
	bool is_named;
} names[] = {
	{"ws", 0, "ws", true},
	{"ws", 1, "ws", false},
	{"wss", 0, "ws", false},
	{"ws", 0, "wss", false},
	{"a:b:ws", 2, "ws", true},
	{"a::ws", 1, "", true},
	{"a::ws", 2, "ws", true},
	{"a:b:ws", 3, "ws", false},
	{"", 0, "", true},
};

START_TEST(knows_each_name_by_its_place)
{
	set_environment(getpid(), "3", names[_i].names);
	assert_taken(3);
	ck_assert(activation_is_named(&activation, names[_i].place,
			  names[_i].name) == names[_i].is_named);
	activation_release(&activation);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("activation");
	TCase *cases = tcase_create("activation");

	tcase_add_test(cases, takes_what_is_meant_for_it_and_cleans_up);
	tcase_add_test(cases, takes_nothing_that_is_meant_for_another);
	tcase_add_test(cases, needs_no_names);
	tcase_add_loop_test(
		cases, refuses_a_count_that_is_none, 0, COUNT_OF(malformed));
	tcase_add_loop_test(
		cases, knows_each_name_by_its_place, 0, COUNT_OF(names));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
