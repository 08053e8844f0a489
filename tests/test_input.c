/* SPDX-License-Identifier: MIT */
#include "client/input.h"
#include "suite.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct input input;
static int ends[2];

static void
set_up(void)
{
	ck_assert_int_eq(pipe(ends), 0);
}

static void
tear_down(void)
{
	input_release(&input);
	close(ends[0]);
	if (ends[1] >= 0)
		close(ends[1]);
}

static void
write_and_read(const char *data, size_t length)
{
	ck_assert_int_eq(write(ends[1], data, length), (ssize_t)length);
	ck_assert(input_read(&input, ends[0]));
}

static void
end_input(void)
{
	close(ends[1]);
	ends[1] = -1;
	ck_assert(input_read(&input, ends[0]));
	ck_assert(input.has_ended);
}

static void
expect_message(const char *data, size_t length)
{
	struct slice message;

	ck_assert(input_next(&input, &message));
	ck_assert(slice_equals(message, (struct slice){data, length}));
}

static void
expect_none(void)
{
	struct slice message;

	ck_assert(!input_next(&input, &message));
}

START_TEST(takes_lines_apart_however_they_come)
{
	static const char text[] = "one\n\ntwo\0three\nlast";
	size_t chunk = chunk_sizes[_i] < sizeof(text) - 1 ? chunk_sizes[_i]
							  : sizeof(text) - 1;
	static const struct slice lines[] = {
		{"one", 3}, {"", 0}, {"two\0three", 9}};
	size_t found = 0;

	input_init(&input, INPUT_LINES);
	for (size_t i = 0; i < sizeof(text) - 1; i += chunk) {
		size_t left = sizeof(text) - 1 - i;
		struct slice message;

		write_and_read(text + i, left < chunk ? left : chunk);
		while (input_next(&input, &message))
			ck_assert(slice_equals(message, lines[found++]));
	}
	ck_assert_uint_eq(found, COUNT_OF(lines));
	ck_assert(input_has_rest(&input));
	end_input();
	expect_message("last", 4);
	ck_assert(!input_has_rest(&input));
	expect_none();
	ck_assert_uint_eq(input.messages, 4);
}
END_TEST

START_TEST(makes_no_message_of_a_last_line_that_has_ended)
{
	input_init(&input, INPUT_LINES);
	write_and_read("a\n", 2);
	end_input();
	expect_message("a", 1);
	expect_none();
}
END_TEST

START_TEST(ends_messages_with_nul)
{
	input_init(&input, INPUT_NULLS);
	write_and_read("a\nb\0\0c", 6);
	end_input();
	expect_message("a\nb", 3);
	expect_message("", 0);
	expect_message("c", 1);
	expect_none();
}
END_TEST

START_TEST(makes_one_message_of_all)
{
	input_init(&input, INPUT_WHOLE);
	write_and_read("a\n\0b\n", 5);
	expect_none();
	write_and_read("c", 1);
	expect_none();
	end_input();
	expect_message("a\n\0b\nc", 6);
	expect_none();
}
END_TEST

START_TEST(makes_one_message_of_nothing)
{
	input_init(&input, INPUT_WHOLE);
	end_input();
	expect_message("", 0);
	expect_none();
}
END_TEST

START_TEST(tells_what_fails)
{
	input_init(&input, INPUT_LINES);
	ck_assert(!input_read(&input, -1));
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("input");
	TCase *cases = tcase_create("input");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(cases, takes_lines_apart_however_they_come, 0,
		(int)chunk_size_count);
	tcase_add_test(cases, makes_no_message_of_a_last_line_that_has_ended);
	tcase_add_test(cases, ends_messages_with_nul);
	tcase_add_test(cases, makes_one_message_of_all);
	tcase_add_test(cases, makes_one_message_of_nothing);
	tcase_add_test(cases, tells_what_fails);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
