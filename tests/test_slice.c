/* SPDX-License-Identifier: MIT */
#include "protocol/slice.h"
#include "suite.h"

START_TEST(an_empty_slice_equals_a_null_one)
{
	ck_assert(slice_equals(slice_of(""), slice_of(NULL)));
	ck_assert(slice_equals_ignoring_case(slice_of(NULL), slice_of("")));
}
END_TEST

START_TEST(compares_bytes_and_length)
{
	ck_assert(slice_equals(slice_of("abc"), slice_of("abc")));
	ck_assert(!slice_equals(slice_of("abc"), slice_of("abC")));
	ck_assert(!slice_equals(slice_of("abc"), slice_of("ab")));
}
END_TEST

START_TEST(ignores_case_of_ascii_only)
{
	ck_assert(slice_equals_ignoring_case(
		slice_of("Sec-WebSocket-Key"), slice_of("sec-websocket-KEY")));
	ck_assert(!slice_equals_ignoring_case(slice_of("["), slice_of("{")));
	ck_assert(!slice_equals_ignoring_case(slice_of("ab"), slice_of("a")));
}
END_TEST

START_TEST(begins_at_an_offset)
{
	ck_assert(slice_equals(slice_from(slice_of("abc"), 1), slice_of("bc")));
	ck_assert_uint_eq(slice_from(slice_of("abc"), 3).length, 0);
}
END_TEST

START_TEST(tells_where_the_first_stop_stands)
{
	ck_assert_uint_eq(slice_length_until(slice_of("ab/?"), "?/"), 2);
	ck_assert_uint_eq(slice_length_until(slice_of("/ab"), "/"), 0);
	ck_assert_uint_eq(slice_length_until(slice_of("ab"), "/"), 2);
	ck_assert_uint_eq(slice_length_until(slice_of(NULL), "/"), 0);
}
END_TEST

static const struct {
	const char *text, *trimmed;
} trims[] = {
	{"", ""},
	{" \t ", ""},
	{"a", "a"},
	{" a", "a"},
	{"a\t", "a"},
	{"\t a b \t", "a b"},
};

START_TEST(trims_spaces_and_tabs_at_both_ends)
{
	ck_assert(slice_equals(slice_trim(slice_of(trims[_i].text)),
		slice_of(trims[_i].trimmed)));
}
END_TEST

START_TEST(knows_how_a_text_begins)
{
	ck_assert(slice_starts_ignoring_case(slice_of("WS://x"), "ws://"));
	ck_assert(slice_starts_ignoring_case(slice_of("ws://"), "ws://"));
	ck_assert(slice_starts_ignoring_case(slice_of("x"), ""));
	ck_assert(!slice_starts_ignoring_case(slice_of("ws:/"), "ws://"));
	ck_assert(!slice_starts_ignoring_case(slice_of("wss://"), "ws://"));
}
END_TEST

START_TEST(splits_at_each_separator)
{
	struct slice rest = slice_of("a,,b"), part;

	ck_assert(slice_split(&rest, ',', &part));
	ck_assert(slice_equals(part, slice_of("a")));
	ck_assert(slice_split(&rest, ',', &part));
	ck_assert_uint_eq(part.length, 0);
	ck_assert(!slice_split(&rest, ',', &part));
	ck_assert(slice_equals(part, slice_of("b")));
	ck_assert_ptr_null(rest.data);
	ck_assert(!slice_split(&rest, ',', &part));
	ck_assert_uint_eq(part.length, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("slice");
	TCase *cases = tcase_create("slice");

	tcase_add_test(cases, knows_how_a_text_begins);
	tcase_add_test(cases, an_empty_slice_equals_a_null_one);
	tcase_add_test(cases, compares_bytes_and_length);
	tcase_add_test(cases, begins_at_an_offset);
	tcase_add_test(cases, tells_where_the_first_stop_stands);
	tcase_add_test(cases, ignores_case_of_ascii_only);
	tcase_add_loop_test(
		cases, trims_spaces_and_tabs_at_both_ends, 0, COUNT_OF(trims));
	tcase_add_test(cases, splits_at_each_separator);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
