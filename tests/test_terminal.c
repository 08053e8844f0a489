/* SPDX-License-Identifier: MIT */
/* Where the cursor stands; tests/client drives all the rest. */
#include "client/terminal.h"
#include "suite.h"

#include <locale.h>
#include <wchar.h>

static void
set_up(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
}

static const struct {
	const char *prompt;
	const wchar_t *text;
	size_t columns, row, column;
} lines[] = {
	{"> ", L"", 10, 0, 2},
	{"> ", L"abc", 10, 0, 5},
	{"> ", L"abcdefg", 10, 0, 9},
	{"> ", L"abcdefgh", 10, 1, 0},
	{"> ", L"abcdefghi", 10, 1, 1},
	{"> ", L"abcdefghijklmnopqrst", 10, 2, 2},
	{"> ", L"\u4e16\u754c", 10, 0, 6},
	{"> ", L"a\u4e16\u754c\u4e16", 10, 0, 9},
	{"> ", L"a\u4e16\u754c\u4e16\u754c", 10, 1, 2},
	{"> ", L"\u0301a", 10, 0, 3},
	{"> ", L"\x1b", 10, 0, 4},
	{"> ", L"\t", 20, 0, 8},
	{"> ", L"a\nb", 10, 1, 1},
	{"a long prompt> ", L"x", 10, 1, 6},
};

START_TEST(finds_the_cursor)
{
	struct terminal_position position = terminal_locate(lines[_i].prompt,
		lines[_i].text, wcslen(lines[_i].text), lines[_i].columns);

	ck_assert_uint_eq(position.row, lines[_i].row);
	ck_assert_uint_eq(position.column, lines[_i].column);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("terminal");
	TCase *cases = tcase_create("terminal");

	tcase_add_checked_fixture(cases, set_up, NULL);
	tcase_add_loop_test(cases, finds_the_cursor, 0, COUNT_OF(lines));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
