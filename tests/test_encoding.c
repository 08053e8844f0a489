/* SPDX-License-Identifier: MIT */
#include "client/encoding.h"
#include "suite.h"

#include <stdlib.h>

#define LARGE 100001

static struct buffer output;

static void
tear_down(void)
{
	buffer_release(&output);
}

static const struct {
	struct slice bytes;
	const char *hex, *base64;
} pairs[] = {
	{{"", 0}, "", ""},
	{{"f", 1}, "66", "Zg=="},
	{{"fo", 2}, "666f", "Zm8="},
	{{"foo", 3}, "666f6f", "Zm9v"},
	{{"foob", 4}, "666f6f62", "Zm9vYg=="},
	{{"\x00\xff\xfe", 3}, "00fffe", "AP/+"},
};

START_TEST(writes_both)
{
	ck_assert(encoding_write_hex(&output, pairs[_i].bytes));
	ck_assert(slice_equals(buffer_bytes(&output), slice_of(pairs[_i].hex)));
	buffer_release(&output);
	ck_assert(encoding_write_base64(&output, pairs[_i].bytes));
	ck_assert(slice_equals(
		buffer_bytes(&output), slice_of(pairs[_i].base64)));
}
END_TEST

START_TEST(reads_both)
{
	ck_assert_ptr_null(encoding_read_hex(&output, slice_of(pairs[_i].hex)));
	ck_assert(slice_equals(buffer_bytes(&output), pairs[_i].bytes));
	buffer_release(&output);
	ck_assert_ptr_null(
		encoding_read_base64(&output, slice_of(pairs[_i].base64)));
	ck_assert(slice_equals(buffer_bytes(&output), pairs[_i].bytes));
}
END_TEST

START_TEST(reads_what_it_has_written_of_much)
{
	static char bytes[LARGE];
	struct buffer text = {0};

	for (size_t i = 0; i < LARGE; i++)
		bytes[i] = (char)(i * 7 + (i >> 8));
	for (size_t length = LARGE - 3; length <= LARGE; length++) {
		struct slice much = {bytes, length};

		ck_assert(encoding_write_base64(&text, much));
		ck_assert_ptr_null(
			encoding_read_base64(&output, buffer_bytes(&text)));
		ck_assert(slice_equals(buffer_bytes(&output), much));
		buffer_release(&text);
		buffer_release(&output);
	}
}
END_TEST

static const char *const bad_hex[] = {
	"0", "0g", "g0", "000", "0 0", "00 1", "0x00", "-1"};

START_TEST(refuses_what_is_no_hex)
{
	ck_assert_str_eq(encoding_read_hex(&output, slice_of(bad_hex[_i])),
		"not hexadecimal");
}
END_TEST

static const char *const bad_base64[] = {"Z", "Zg",
	"Zg=", "Zg==Zg==", "====", "Z===", "Zg-_", "Zm8=\x01", "Zm 8=", "=Zm8"};

START_TEST(refuses_what_is_no_base64)
{
	ck_assert_str_eq(
		encoding_read_base64(&output, slice_of(bad_base64[_i])),
		"not base64");
}
END_TEST

START_TEST(passes_white_space_over)
{
	ck_assert_ptr_null(
		encoding_read_hex(&output, slice_of(" 00 Ff\t0a\r")));
	ck_assert(slice_equals(
		buffer_bytes(&output), (struct slice){"\0\xff\n", 3}));
	buffer_release(&output);
	ck_assert_ptr_null(
		encoding_read_base64(&output, slice_of("\t Zg== \r")));
	ck_assert(slice_equals(buffer_bytes(&output), slice_of("f")));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("encoding");
	TCase *cases = tcase_create("encoding");

	tcase_add_checked_fixture(cases, NULL, tear_down);
	tcase_add_loop_test(cases, writes_both, 0, COUNT_OF(pairs));
	tcase_add_loop_test(cases, reads_both, 0, COUNT_OF(pairs));
	tcase_add_test(cases, reads_what_it_has_written_of_much);
	tcase_add_loop_test(
		cases, refuses_what_is_no_hex, 0, COUNT_OF(bad_hex));
	tcase_add_loop_test(
		cases, refuses_what_is_no_base64, 0, COUNT_OF(bad_base64));
	tcase_add_test(cases, passes_white_space_over);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
