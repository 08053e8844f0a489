/* SPDX-License-Identifier: MIT */
#include "capture.h"
#include "option/option.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TRY ". Try 'tool --help'\n"
#define FIELD(name) offsetof(struct settings, name)

struct settings {
	bool flag, other;
	int64_t number, size, seconds;
	const char *string;
	struct option_list list;
};

static const struct option_row rows[] = {
	{"flag", 'f', NULL, "a flag", option_set_flag, FIELD(flag), 0, 0},
	{"other", 'o', NULL, "another", option_set_flag, FIELD(other), 0, 0},
	{"number", 'n', "N", "a number", option_set_number, FIELD(number), 1,
		65535},
	{"big", 0, "N", "any number", option_set_number, FIELD(number), 0,
		INT64_MAX},
	{"size", 's', "SIZE", "a size", option_set_size, FIELD(size), 1,
		(int64_t)1 << 40},
	{"seconds", 0, "SEC", "seconds", option_set_seconds, FIELD(seconds), 1,
		86400000},
	{"string", 0, "TEXT", "a string", option_set_string, FIELD(string), 0,
		0},
	{"list-of-strings", 'l', "ONE|ANOTHER", "repeatable", option_add_string,
		FIELD(list), 0, OPTION_MANY},
	{"help", 'h', NULL, "show this", NULL, 0, 0, 0},
	{"version", 'V', NULL, "show the version", NULL, 0, 0, 0},
};

static const struct option_program program = {
	.name = "tool",
	.usage = "[OPTION]... FILE",
	.purpose = "Does nothing.",
	.more = "The end.\n",
	.rows = rows,
	.row_count = COUNT_OF(rows),
	.hint = {'t', "did you mean -n? There is no option"},
};

static struct settings settings;
static int operand;

static void
set_up(void)
{
	settings = (struct settings){.number = -1, .size = -1, .seconds = -1};
	operand = -1;
}

static void
tear_down(void)
{
	option_list_release(&settings.list);
}

/* Parses up to two arguments, NULL for none. */
static enum option_result
parse(const char *first, const char *second)
{
	char *arguments[] = {(char *)(uintptr_t) "/bin/tool",
		(char *)(uintptr_t)first, (char *)(uintptr_t)second, NULL};
	int count = first == NULL ? 1 : second == NULL ? 2 : 3;

	return option_parse(&program, count, arguments, &settings, &operand);
}

/* What is wrong with the arguments is told on standard error. */
static void
assert_wrong(const char *first, const char *second, const char *expected)
{
	enum option_result result;

	capture_begin(STDERR_FILENO);
	result = parse(first, second);
	capture_end_with(expected);
	ck_assert_int_eq(result, OPTION_WRONG);
}

START_TEST(sets_nothing_without_arguments)
{
	ck_assert_int_eq(parse(NULL, NULL), OPTION_RUN);
	ck_assert_int_eq(operand, 1);
	ck_assert_int_eq(settings.number, -1);
	ck_assert(!settings.flag);
}
END_TEST

static const char *const numbers[][2] = {
	{"--number=80", NULL},
	{"--number", "80"},
	{"--num", "80"},
	{"-n80", NULL},
	{"-n", "80"},
	{"-fn", "80"},
	{"-fn80", NULL},
};

START_TEST(takes_a_value_in_each_of_its_places)
{
	ck_assert_int_eq(parse(numbers[_i][0], numbers[_i][1]), OPTION_RUN);
	ck_assert_int_eq(settings.number, 80);
}
END_TEST

START_TEST(sets_flags_by_letter_and_by_name)
{
	ck_assert_int_eq(parse("-fo", NULL), OPTION_RUN);
	ck_assert(settings.flag && settings.other);
	set_up();
	ck_assert_int_eq(parse("--flag", NULL), OPTION_RUN);
	ck_assert(settings.flag && !settings.other);
}
END_TEST

static const struct {
	const char *value;
	int64_t size; /* -1: none */
} sizes[] = {
	{"1", 1},
	{"0", -1},
	{"64K", 65536},
	{"64k", 65536},
	{"16M", 16777216},
	{"16m", 16777216},
	{"2G", 2147483648},
	{"1024g", 1099511627776},
	{"1025G", -1},
	{"1099511627776", 1099511627776},
	{"1099511627777", -1},
	{"9007199254740992K", -1},
	{"9223372036854775807", -1},
	{"99999999999999999999", -1},
	{"1T", -1},
	{"1KB", -1},
	{"1.5K", -1},
	{"K", -1},
	{"", -1},
	{"-1", -1},
	{" 1", -1},
	{"1 ", -1},
	{"0x10", -1},
};

START_TEST(reads_sizes_in_units_of_1024)
{
	const char *expected = option_set_size(
		option_find(&program, "size"), sizes[_i].value, &settings);

	ck_assert_int_eq(settings.size, sizes[_i].size);
	ck_assert((expected == NULL) == (sizes[_i].size >= 0));
}
END_TEST

static const struct {
	const char *value;
	int64_t milliseconds; /* -1: none */
} times[] = {
	{"1", 1000},
	{"1.5", 1500},
	{"1.", 1000},
	{"0.001", 1},
	{"10.25", 10250},
	{"86400", 86400000},
	{"0", -1},
	{"0.0004", -1},
	{"1.0005", -1},
	{"86400.001", -1},
	{"9223372036854775807", -1},
	{".5", -1},
	{"1s", -1},
	{"1,5", -1},
	{"1.5.5", -1},
	{"-1", -1},
	{"inf", -1},
	{"", -1},
};

START_TEST(reads_seconds_to_the_millisecond)
{
	const char *expected = option_set_seconds(
		option_find(&program, "seconds"), times[_i].value, &settings);

	ck_assert_int_eq(settings.seconds, times[_i].milliseconds);
	ck_assert((expected == NULL) == (times[_i].milliseconds >= 0));
}
END_TEST

static const char *const bad_numbers[] = {"0", "65536", "", "x", "1x", "-1",
	"+1", " 1", "1.5", "0x1", "99999999999999999999"};

START_TEST(refuses_what_is_no_number_in_the_range)
{
	ck_assert_ptr_nonnull(option_set_number(
		option_find(&program, "number"), bad_numbers[_i], &settings));
	ck_assert_int_eq(settings.number, -1);
}
END_TEST

START_TEST(reads_numbers_up_to_the_largest_but_a_few)
{
	ck_assert_int_eq(parse("--big=9223372036854775799", NULL), OPTION_RUN);
	ck_assert_int_eq(settings.number, 9223372036854775799);
}
END_TEST

START_TEST(keeps_a_string_where_it_is)
{
	const char *text = "--string=a b";

	ck_assert_int_eq(parse(text, NULL), OPTION_RUN);
	ck_assert_ptr_eq(settings.string, text + strlen("--string="));
	ck_assert_int_eq(parse("--string=", NULL), OPTION_RUN);
	ck_assert_str_eq(settings.string, "");
}
END_TEST

START_TEST(lists_the_values_of_a_repeated_option)
{
	ck_assert_int_eq(parse("-lone", "--list-of-strings="), OPTION_RUN);
	ck_assert_uint_eq(settings.list.count, 2);
	ck_assert_str_eq(settings.list.values[0], "one");
	ck_assert_str_eq(settings.list.values[1], "");
	option_list_release(&settings.list);
	ck_assert_uint_eq(settings.list.count, 0);
	ck_assert_ptr_null(settings.list.values);
}
END_TEST

START_TEST(moves_operands_behind_the_options)
{
	ck_assert_int_eq(parse("file", "-f"), OPTION_RUN);
	ck_assert_int_eq(operand, 2);
	ck_assert(settings.flag);
	set_up();
	ck_assert_int_eq(parse("--", "-f"), OPTION_RUN);
	ck_assert_int_eq(operand, 2);
	ck_assert(!settings.flag);
}
END_TEST

static const struct {
	const char *first, *second, *line;
} wrongs[] = {
	{"--bogus", NULL, "unknown or misused option '--bogus'"},
	{"--bogus=1", NULL, "unknown or misused option '--bogus=1'"},
	{"-x", NULL, "unknown or misused option '-x'"},
	{"-fx", NULL, "unknown or misused option '-x'"},
	{"-t", "5", "did you mean -n? There is no option '-t'"},
	{"-ft5", NULL, "did you mean -n? There is no option '-t'"},
	{"--t", NULL, "unknown or misused option '--t'"},
	{"--s", "1", "unknown or misused option '--s'"},
	{"--flag=1", NULL, "unknown or misused option '--flag=1'"},
	{"-f", "--number", "no value for '--number'"},
	{"-n", NULL, "no value for '-n'"},
	{"-fn", NULL, "no value for '-n'"},
	{"-n0", NULL, "--number: '0' is not a number from 1 to 65535"},
	{"--number=", NULL, "--number: '' is not a number from 1 to 65535"},
	{"--size", "x", "--size: 'x' is not a size from 1 to 1099511627776"},
	{"--seconds=0", NULL,
		"--seconds: '0' is not a number of seconds from 0.001 to "
		"86400"},
};

START_TEST(says_what_is_wrong)
{
	char expected[256];

	snprintf(expected, sizeof(expected), "tool: %s" TRY, wrongs[_i].line);
	assert_wrong(wrongs[_i].first, wrongs[_i].second, expected);
}
END_TEST

START_TEST(stops_at_the_first_thing_that_is_wrong)
{
	assert_wrong("--bogus", "-f",
		"tool: unknown or misused option '--bogus'" TRY);
	ck_assert(!settings.flag);
}
END_TEST

/* Compares what is printed, and that nothing behind it is parsed. */
static void
assert_prints(const char *argument, const char *expected)
{
	enum option_result result;

	capture_begin(STDOUT_FILENO);
	result = parse(argument, "-f");
	capture_end_with(expected);
	ck_assert_int_eq(result, OPTION_DONE);
	ck_assert(!settings.flag);
}

#define HELP                                                                   \
	"Usage: tool [OPTION]... FILE\n"                                       \
	"Does nothing.\n"                                                      \
	"\n"                                                                   \
	"  -f, --flag                a flag\n"                                 \
	"  -o, --other               another\n"                                \
	"  -n, --number=N            a number\n"                               \
	"      --big=N               any number\n"                             \
	"  -s, --size=SIZE           a size\n"                                 \
	"      --seconds=SEC         seconds\n"                                \
	"      --string=TEXT         a string\n"                               \
	"  -l, --list-of-strings=ONE|ANOTHER\n"                                \
	"                            repeatable\n"                             \
	"  -h, --help                show this\n"                              \
	"  -V, --version             show the version\n"                       \
	"\n"                                                                   \
	"The end.\n"

START_TEST(shows_the_options)
{
	assert_prints("-h", HELP);
	assert_prints("--help", HELP);
	assert_prints("--he", HELP);
}
END_TEST

START_TEST(shows_the_version)
{
	static const char version[] = "tool (wsserver) " PACKAGE_VERSION "\n"
				      "Licence MIT; there is no warranty.\n";

	assert_prints("-V", version);
	assert_prints("--version", version);
}
END_TEST

/* The place of a choice, -1 for none. */
static const struct {
	const char *value;
	int place;
} choices[] = {{"red", 0}, {"reddish", 1}, {"green", 2}, {"", -1}, {"re", -1},
	{"greens", -1}, {"red|reddish", -1}, {"RED", -1}};

START_TEST(finds_the_place_of_a_choice)
{
	static const struct option_row row = {.argument = "red|reddish|green"};
	int place = -1;
	const char *wrong = option_set_choice(&row, choices[_i].value, &place);

	ck_assert_int_eq(place, choices[_i].place);
	if (place < 0)
		ck_assert_str_eq(wrong, row.argument);
	else
		ck_assert_ptr_null(wrong);
}
END_TEST

START_TEST(finds_a_row_by_its_whole_name)
{
	ck_assert_ptr_eq(option_find(&program, "number"), &rows[2]);
	ck_assert_ptr_null(option_find(&program, "num"));
	ck_assert_ptr_null(option_find(&program, ""));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("option");
	TCase *cases = tcase_create("option");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, sets_nothing_without_arguments);
	tcase_add_loop_test(cases, takes_a_value_in_each_of_its_places, 0,
		COUNT_OF(numbers));
	tcase_add_test(cases, sets_flags_by_letter_and_by_name);
	tcase_add_loop_test(
		cases, reads_sizes_in_units_of_1024, 0, COUNT_OF(sizes));
	tcase_add_loop_test(
		cases, reads_seconds_to_the_millisecond, 0, COUNT_OF(times));
	tcase_add_loop_test(cases, refuses_what_is_no_number_in_the_range, 0,
		COUNT_OF(bad_numbers));
	tcase_add_test(cases, reads_numbers_up_to_the_largest_but_a_few);
	tcase_add_test(cases, keeps_a_string_where_it_is);
	tcase_add_test(cases, lists_the_values_of_a_repeated_option);
	tcase_add_test(cases, moves_operands_behind_the_options);
	tcase_add_loop_test(cases, says_what_is_wrong, 0, COUNT_OF(wrongs));
	tcase_add_test(cases, stops_at_the_first_thing_that_is_wrong);
	tcase_add_test(cases, shows_the_options);
	tcase_add_test(cases, shows_the_version);
	tcase_add_loop_test(
		cases, finds_the_place_of_a_choice, 0, COUNT_OF(choices));
	tcase_add_test(cases, finds_a_row_by_its_whole_name);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
