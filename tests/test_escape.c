/* SPDX-License-Identifier: MIT */
#include "log/escape.h"
#include "protocol/slice.h"
#include "suite.h"

#include <string.h>

/* The first character, how it is shown, and how many bytes it takes. */
static const struct {
	const char *text, *also, *shown;
	size_t used;
} characters[] = {
	{"a", "", "a", 1},
	{"\"", "", "\"", 1},
	{"\"", "\"\\", "\\x22", 1},
	{"\\", "\"\\", "\\x5c", 1},
	{"\x1b[31m", "", "\\x1b", 1},
	{"\n", "", "\\x0a", 1},
	{"\x7f", "", "\\x7f", 1},
	{"\xc3\xbc!", "", "\xc3\xbc", 2},
	{"\xc2\x9b", "", "\\xc2\\x9b", 2},
	{"\xe2\x80\xae", "", "\\xe2\\x80\\xae", 3},
	{"\xf0\x9f\x98\x80", "", "\xf0\x9f\x98\x80", 4},
	{"\xf3\xa0\x81\x81", "", "\\xf3\\xa0\\x81\\x81", 4},
	{"\xff", "", "\\xff", 1},
	{"\xc3", "", "\\xc3", 1},
	{"\xed\xa0\x80", "", "\\xed", 1},
};

START_TEST(shows_what_does_nothing_but_show_itself)
{
	char shown[ESCAPE_SHOWN_MAX + 1];
	size_t length = 0;

	ck_assert_uint_eq(escape_character(characters[_i].text,
				  strlen(characters[_i].text),
				  characters[_i].also, shown, &length),
		characters[_i].used);
	ck_assert_uint_eq(length, strlen(characters[_i].shown));
	ck_assert_mem_eq(shown, characters[_i].shown, length);
}
END_TEST

START_TEST(escapes_nul)
{
	char shown[ESCAPE_SHOWN_MAX + 1];
	size_t length = 0;

	ck_assert_uint_eq(escape_character("\0x", 2, "", shown, &length), 1);
	ck_assert_uint_eq(length, 4);
	ck_assert_mem_eq(shown, "\\x00", 4);
}
END_TEST

static const struct {
	struct slice text;
	const char *shown;
	size_t used;
} json_characters[] = {
	{{"ab", 2}, "a", 1},
	{{"\"", 1}, "\\\"", 1},
	{{"\\", 1}, "\\\\", 1},
	{{"/", 1}, "/", 1},
	{{"\n", 1}, "\\n", 1},
	{{"\t", 1}, "\\u0009", 1},
	{{"\0", 1}, "\\u0000", 1},
	{{"\xc3\xbc!", 3}, "\xc3\xbc", 2},
	{{"\xc2\x9b", 2}, "\\u009b", 2},
	{{"\xe2\x80\xae", 3}, "\\u202e", 3},
	{{"\xf0\x9f\x98\x80", 4}, "\xf0\x9f\x98\x80", 4},
	{{"\xf3\xa0\x81\x81", 4}, "\\udb40\\udc41", 4},
	{{"\xfc!", 2}, "\\u00fc", 1},
	{{"\xc3", 1}, "\\u00c3", 1},
	{{"\xed\xa0\x80", 3}, "\\u00ed", 1},
};

START_TEST(a_json_string_has_only_what_shows_itself)
{
	struct slice text = json_characters[_i].text;
	char shown[ESCAPE_JSON_MAX + 1];
	size_t length = 0;

	ck_assert_uint_eq(
		escape_json_character(text.data, text.length, shown, &length),
		json_characters[_i].used);
	ck_assert_uint_eq(length, strlen(json_characters[_i].shown));
	ck_assert_mem_eq(shown, json_characters[_i].shown, length);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("escape");
	TCase *cases = tcase_create("escape");

	tcase_add_loop_test(cases, shows_what_does_nothing_but_show_itself, 0,
		COUNT_OF(characters));
	tcase_add_test(cases, escapes_nul);
	tcase_add_loop_test(cases, a_json_string_has_only_what_shows_itself, 0,
		COUNT_OF(json_characters));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
