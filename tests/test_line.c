/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "log/line.h"
#include "suite.h"

#include <string.h>

static struct line line;

static void
set_up(void)
{
	memset(&line, 0, sizeof(line));
}

static void
assert_says(const char *expected)
{
	ck_assert_uint_eq(line.length, strlen(expected));
	ck_assert_mem_eq(line.text, expected, line.length);
}

/* Fills the line so that so many bytes are left. */
static void
leave_room(size_t room)
{
	memset(line.text, 'x', sizeof(line.text));
	line.length = sizeof(line.text) - room;
}

static void
fill_field(char *field, size_t length)
{
	memset(field, 'a', length);
	field[length] = '\0';
}

START_TEST(adds_one_piece_behind_the_other)
{
	line_add(&line, "%s %d", "one", 2);
	line_add(&line, "%s", "");
	line_add(&line, ", %c", '3');
	line_end(&line);
	assert_says("one 2, 3\n");
}
END_TEST

START_TEST(cuts_what_does_not_fit_and_still_ends)
{
	leave_room(4);
	line_add(&line, "12345678");
	ck_assert_uint_le(line.length, LINE_SIZE);
	ck_assert_mem_eq(line.text + LINE_SIZE - 5, "x123", 4);
	line_end(&line);
	ck_assert_uint_eq(line.length, LINE_SIZE);
	ck_assert_int_eq(line.text[LINE_SIZE - 1], '\n');
}
END_TEST

START_TEST(a_full_line_takes_no_more)
{
	leave_room(1);
	line_add_escaped(&line, "ab", 2);
	ck_assert_uint_eq(line.length, LINE_SIZE);
	line_add(&line, "more");
	line_add(&line, "more");
	line_add_escaped(&line, "more", 4);
	line_add_json(&line, "more", 4);
	ck_assert_uint_le(line.length, LINE_SIZE);
	ck_assert_uint_ge(line.length, LINE_SIZE - 1);
	line_end(&line);
	ck_assert_uint_eq(line.length, LINE_SIZE);
	ck_assert_int_eq(line.text[LINE_SIZE - 1], '\n');
}
END_TEST

static const struct {
	const char *bytes, *shown;
} fields[] = {
	{"", ""},
	{"hi there", "hi there"},
	{" ~", " ~"},
	{"\r\n", "\\x0d\\x0a"},
	{"\t\x1B[31m", "\\x09\\x1b[31m"},
	{"say \"hi\"", "say \\x22hi\\x22"},
	{"\\x41", "\\x5cx41"},
	{"\x7F", "\\x7f"},
	/* printable UTF-8, to the ends of each length */
	{"caf\xC3\xA9", "caf\xC3\xA9"},
	{"\xC2\xA0", "\xC2\xA0"},
	{"\xDF\xBF\xE0\xA0\x80", "\xDF\xBF\xE0\xA0\x80"},
	{"\xED\x9F\xBF\xEE\x80\x80", "\xED\x9F\xBF\xEE\x80\x80"},
	{"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF",
		"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"},
	{"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
	/* C1, bidirectional and other unseen characters */
	{"\xC2\x80\xC2\x9F", "\\xc2\\x80\\xc2\\x9f"},
	{"\xC2\xAD", "\\xc2\\xad"},
	{"\xD8\x9C", "\\xd8\\x9c"},
	{"\xE2\x80\x8B", "\\xe2\\x80\\x8b"},
	{"\xE2\x80\x8F", "\\xe2\\x80\\x8f"},
	{"\xE2\x80\x90", "\xE2\x80\x90"},
	{"\xE2\x80\xA8", "\\xe2\\x80\\xa8"},
	{"\xE2\x80\xAE", "\\xe2\\x80\\xae"},
	{"\xE2\x81\xA6", "\\xe2\\x81\\xa6"},
	{"\xEF\xBB\xBF", "\\xef\\xbb\\xbf"},
	{"\xEF\xBF\xB9", "\\xef\\xbf\\xb9"},
	{"\xF3\xA0\x80\x81", "\\xf3\\xa0\\x80\\x81"},
	/* no UTF-8: stray, cut, overlong, surrogate, too large */
	{"a\x80z", "a\\x80z"},
	{"\xC3", "\\xc3"},
	{"\xC3z", "\\xc3z"},
	{"\xE2\x82", "\\xe2\\x82"},
	{"\xE2\x82z", "\\xe2\\x82z"},
	{"\xF0\x9F\x98", "\\xf0\\x9f\\x98"},
	{"\xC0\xAF", "\\xc0\\xaf"},
	{"\xE0\x80\xAF", "\\xe0\\x80\\xaf"},
	{"\xF0\x80\x80\xAF", "\\xf0\\x80\\x80\\xaf"},
	{"\xED\xA0\x80", "\\xed\\xa0\\x80"},
	{"\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
	{"\xF5\xFE\xFF", "\\xf5\\xfe\\xff"},
};

START_TEST(shows_what_is_printable_and_escapes_the_rest)
{
	size_t length = strlen(fields[_i].bytes);
	char *copy = guard_copy(fields[_i].bytes, length);

	line_add_escaped(&line, copy, length);
	assert_says(fields[_i].shown);
	guard_free(copy, length);
}
END_TEST

START_TEST(escapes_a_nul_within_a_field)
{
	line_add_escaped(&line, "a\0b", 3);
	assert_says("a\\x00b");
}
END_TEST

START_TEST(takes_nothing_at_nowhere_for_an_empty_field)
{
	line_add_escaped(&line, NULL, 0);
	line_add_json(&line, NULL, 0);
	assert_says("\"\"");
}
END_TEST

START_TEST(doubles_backslashes_as_json)
{
	line_add_json(&line, "a\"\\\n\xC3\xA9", 6);
	assert_says("\"a\\\\x22\\\\x5c\\\\x0a\xC3\xA9\"");
}
END_TEST

START_TEST(leaves_a_field_of_256_bytes_whole)
{
	char field[LINE_FIELD_MAX + 1];

	fill_field(field, LINE_FIELD_MAX);
	line_add_escaped(&line, field, LINE_FIELD_MAX);
	assert_says(field);
}
END_TEST

START_TEST(cuts_a_longer_field_and_shows_that)
{
	char field[LINE_FIELD_MAX + 2];

	fill_field(field, LINE_FIELD_MAX + 1);
	line_add_escaped(&line, field, LINE_FIELD_MAX + 1);
	strcpy(field + LINE_FIELD_MAX - 3, "...");
	assert_says(field);
}
END_TEST

/* Neither an escape nor a character is cut in two. */
static const struct {
	size_t before;
	const char *last;
} edges[] = {
	{LINE_FIELD_MAX - 6, "\n....."},
	{LINE_FIELD_MAX - 4, "\xC3\xA9..."},
	{LINE_FIELD_MAX - 6, "\xF0\x9F\x98\x80..."},
	{LINE_FIELD_MAX - 14, "\xE2\x80\xAE..."},
};

START_TEST(cuts_a_field_between_characters)
{
	char field[LINE_FIELD_MAX + 8];
	size_t before = edges[_i].before;

	fill_field(field, before);
	strcpy(field + before, edges[_i].last);
	line_add_escaped(&line, field, strlen(field));
	strcpy(field + before, "...");
	assert_says(field);
}
END_TEST

START_TEST(cuts_a_json_string_between_its_quotes)
{
	char field[LINE_FIELD_MAX];

	memset(field, '\n', sizeof(field));
	line_add_json(&line, field, sizeof(field));
	ck_assert_uint_eq(line.length,
		1 + (LINE_FIELD_MAX / 4 - 1) * strlen("\\\\x0a") + 4);
	ck_assert_mem_eq(line.text + line.length - 9, "\\\\x0a...\"", 9);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("line");
	TCase *cases = tcase_create("line");

	tcase_add_checked_fixture(cases, set_up, NULL);
	tcase_add_test(cases, adds_one_piece_behind_the_other);
	tcase_add_test(cases, cuts_what_does_not_fit_and_still_ends);
	tcase_add_test(cases, a_full_line_takes_no_more);
	tcase_add_loop_test(cases, shows_what_is_printable_and_escapes_the_rest,
		0, COUNT_OF(fields));
	tcase_add_test(cases, escapes_a_nul_within_a_field);
	tcase_add_test(cases, takes_nothing_at_nowhere_for_an_empty_field);
	tcase_add_test(cases, doubles_backslashes_as_json);
	tcase_add_test(cases, leaves_a_field_of_256_bytes_whole);
	tcase_add_test(cases, cuts_a_longer_field_and_shows_that);
	tcase_add_loop_test(
		cases, cuts_a_field_between_characters, 0, COUNT_OF(edges));
	tcase_add_test(cases, cuts_a_json_string_between_its_quotes);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
