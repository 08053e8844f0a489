/* SPDX-License-Identifier: MIT */
#include "capture.h"
#include "option/option.h"
#include "scratch.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIELD(name) offsetof(struct settings, name)

struct settings {
	bool flag;
	int64_t number;
	const char *string;
	struct option_list list, other;
	struct option_config config;
};

static const struct option_row rows[] = {
	{"flag", 'f', NULL, "a flag", option_set_flag, FIELD(flag), 0, 0},
	{"number", 'n', "N", "a number", option_set_number, FIELD(number), 1,
		9},
	{"string", 0, "TEXT", "a string", option_set_string, FIELD(string), 0,
		0},
	{"list", 'l', "TEXT", "repeatable", option_add_string, FIELD(list), 0,
		OPTION_MANY},
	{"other", 0, "TEXT", "repeatable", option_add_string, FIELD(other), 0,
		OPTION_MANY},
	{"config", 'c', "FILE", "a file", option_set_config, FIELD(config), 0,
		0},
	{"check-config", 0, NULL, "check", option_set_check,
		FIELD(config.only_check), 0, 0},
	{"help", 'h', NULL, "show this", NULL, 0, 0, 0},
};

static const struct option_program program = {
	.name = "tool",
	.usage = "",
	.purpose = "",
	.more = "",
	.rows = rows,
	.row_count = COUNT_OF(rows),
};

static struct settings settings;
static int operand;

static void
set_up(void)
{
	scratch_enter();
	settings = (struct settings){0};
}

static void
tear_down(void)
{
	option_list_release(&settings.list);
	option_list_release(&settings.other);
	option_config_release(&settings.config);
	scratch_leave();
}

static void
write_file(const char *text, size_t length)
{
	FILE *file = fopen("file", "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, length, file), length);
	ck_assert_int_eq(fclose(file), 0);
}

/* Parses up to two arguments behind --config=file, NULL for none. */
static enum option_result
parse(const char *first, const char *second)
{
	char *arguments[] = {(char *)(uintptr_t) "tool",
		(char *)(uintptr_t) "--config=file", (char *)(uintptr_t)first,
		(char *)(uintptr_t)second, NULL};
	int count = first == NULL ? 2 : second == NULL ? 3 : 4;

	return option_parse(&program, count, arguments, &settings, &operand);
}

static void
assert_takes(const char *text)
{
	write_file(text, strlen(text));
	ck_assert_int_eq(parse(NULL, NULL), OPTION_RUN);
}

static void
assert_wrong(const char *expected)
{
	enum option_result result;

	capture_begin(STDERR_FILENO);
	result = parse(NULL, NULL);
	capture_end_with(expected);
	ck_assert_int_eq(result, OPTION_WRONG);
}

static void
assert_list(
	const struct option_list *list, const char *first, const char *second)
{
	ck_assert_uint_eq(list->count, second != NULL ? 2 : 1);
	ck_assert_str_eq(list->values[0], first);
	if (second != NULL)
		ck_assert_str_eq(list->values[1], second);
}

static const char *const sevens[] = {
	"number 7",
	"number=7\n",
	"number = 7\r\n",
	"  number\t7  ",
	"number=\"7\"\n",
	"# number=8\nnumber=7",
	"\n \t\n\t# number 8\nnumber 7\n",
	"number 8\nnumber 7",
	"number 7\n#",
};

START_TEST(takes_a_value_however_it_is_written)
{
	assert_takes(sevens[_i]);
	ck_assert_int_eq(settings.number, 7);
}
END_TEST

static const struct {
	const char *line, *value;
} strings[] = {
	{"string=a b # c", "a b # c"},
	{"string a=b", "a=b"},
	{"string==b", "=b"},
	{"string=", ""},
	{"string =  ", ""},
	{"string=\"\"", ""},
	{"string=\" a \"", " a "},
	{"string=\"", "\""},
	{"string=\"a\" b", "\"a\" b"},
	{"string \"=\"", "="},
};

START_TEST(quotes_keep_what_stands_between_them)
{
	assert_takes(strings[_i].line);
	ck_assert_str_eq(settings.string, strings[_i].value);
}
END_TEST

START_TEST(an_empty_file_sets_nothing)
{
	assert_takes("");
	ck_assert(!settings.flag);
	ck_assert_int_eq(settings.number, 0);
	ck_assert_str_eq(settings.config.path, "file");
}
END_TEST

START_TEST(takes_flags_and_lists)
{
	assert_takes("flag\nlist one\nlist=two\n");
	ck_assert(settings.flag);
	assert_list(&settings.list, "one", "two");
}
END_TEST

START_TEST(the_command_line_wins)
{
	write_file("number 7\nstring file\n", 21);
	ck_assert_int_eq(parse("-n8", NULL), OPTION_RUN);
	ck_assert_int_eq(settings.number, 8);
	ck_assert_str_eq(settings.string, "file");
}
END_TEST

START_TEST(a_list_of_the_command_line_replaces_that_of_the_file)
{
	const char *text = "list=one\nlist=two\nother=three\n";

	write_file(text, strlen(text));
	ck_assert_int_eq(parse("--lis", "four"), OPTION_RUN);
	assert_list(&settings.list, "four", NULL);
	assert_list(&settings.other, "three", NULL);
}
END_TEST

START_TEST(the_last_file_counts)
{
	write_file("number 7", 8);
	ck_assert_int_eq(rename("file", "other"), 0);
	write_file("bogus", 5);
	ck_assert_int_eq(parse("-c", "other"), OPTION_RUN);
	ck_assert_int_eq(settings.number, 7);
}
END_TEST

static const struct {
	const char *text, *said;
} wrongs[] = {
	{"bogus", "tool: file:1: unknown option 'bogus'\n"},
	{"number 7\n\nbogus=1", "tool: file:3: unknown option 'bogus'\n"},
	{"num=7", "tool: file:1: unknown option 'num'\n"},
	{"--number=7", "tool: file:1: unknown option '--number'\n"},
	{"n 7", "tool: file:1: unknown option 'n'\n"},
	{"=7", "tool: file:1: unknown option ''\n"},
	{"\x1B[1m\n", "tool: file:1: unknown option '\\x1b[1m'\n"},
	{"#\nnumber=0",
		"tool: file:2: number: '0' is not a number from 1 to 9\n"},
	{"number=", "tool: file:1: number: '' is not a number from 1 to 9\n"},
	{"number", "tool: file:1: no value for 'number'\n"},
	{"flag=yes", "tool: file:1: no value goes with 'flag'\n"},
	{"flag=", "tool: file:1: no value goes with 'flag'\n"},
	{"config=file", "tool: file:1: only for the command line: 'config'\n"},
	{"check-config",
		"tool: file:1: only for the command line: 'check-config'\n"},
	{"help", "tool: file:1: only for the command line: 'help'\n"},
};

START_TEST(says_what_is_wrong_and_where)
{
	write_file(wrongs[_i].text, strlen(wrongs[_i].text));
	assert_wrong(wrongs[_i].said);
}
END_TEST

START_TEST(a_bad_value_is_wrong_even_if_the_command_line_wins)
{
	enum option_result result;

	write_file("number=0", 8);
	capture_begin(STDERR_FILENO);
	result = parse("-n5", NULL);
	free(capture_end());
	ck_assert_int_eq(result, OPTION_WRONG);
}
END_TEST

START_TEST(refuses_a_nul)
{
	write_file("flag\nflag\0x\n", 12);
	assert_wrong("tool: file:2: a NUL behind 'flag'\n");
}
END_TEST

START_TEST(refuses_a_file_that_is_not_there)
{
	assert_wrong("tool: cannot read 'file': No such file or directory\n");
}
END_TEST

START_TEST(refuses_a_directory)
{
	ck_assert_int_eq(symlink(".", "file"), 0);
	assert_wrong("tool: cannot read 'file': Is a directory\n");
}
END_TEST

START_TEST(reads_up_to_a_mebibyte)
{
	size_t length = 1 << 20;
	char *text = malloc(length + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, '#', length + 1);
	memcpy(text, "number 7\n", 9);
	write_file(text, length);
	ck_assert_int_eq(parse(NULL, NULL), OPTION_RUN);
	ck_assert_int_eq(settings.number, 7);
	option_config_release(&settings.config);
	write_file(text, length + 1);
	free(text);
	assert_wrong("tool: cannot read 'file': File too large\n");
}
END_TEST

/* Nothing is read that would not be used. */
START_TEST(what_is_wrong_with_the_command_line_comes_first)
{
	enum option_result result;

	write_file("bogus", 5);
	capture_begin(STDERR_FILENO);
	result = parse("--bogus", NULL);
	capture_end_with("tool: unknown or misused option '--bogus'. "
			 "Try 'tool --help'\n");
	ck_assert_int_eq(result, OPTION_WRONG);
	capture_begin(STDOUT_FILENO);
	result = parse("--help", NULL);
	free(capture_end());
	ck_assert_int_eq(result, OPTION_DONE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("config");
	TCase *cases = tcase_create("config");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(cases, takes_a_value_however_it_is_written, 0,
		COUNT_OF(sevens));
	tcase_add_loop_test(cases, quotes_keep_what_stands_between_them, 0,
		COUNT_OF(strings));
	tcase_add_test(cases, an_empty_file_sets_nothing);
	tcase_add_test(cases, takes_flags_and_lists);
	tcase_add_test(cases, the_command_line_wins);
	tcase_add_test(
		cases, a_list_of_the_command_line_replaces_that_of_the_file);
	tcase_add_test(cases, the_last_file_counts);
	tcase_add_loop_test(
		cases, says_what_is_wrong_and_where, 0, COUNT_OF(wrongs));
	tcase_add_test(
		cases, a_bad_value_is_wrong_even_if_the_command_line_wins);
	tcase_add_test(cases, refuses_a_nul);
	tcase_add_test(cases, refuses_a_file_that_is_not_there);
	tcase_add_test(cases, refuses_a_directory);
	tcase_add_test(cases, reads_up_to_a_mebibyte);
	tcase_add_test(cases, what_is_wrong_with_the_command_line_comes_first);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
