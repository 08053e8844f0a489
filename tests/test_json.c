/* SPDX-License-Identifier: MIT */
#include "client/json.h"
#include "room.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static struct buffer output;
static bool has_failed;

static void
tear_down(void)
{
	buffer_release(&output);
	has_failed = false;
}

/* Compares the line without its time. */
static void
expect_line(const char *expected)
{
	unsigned parts[7];
	int length = 0;

	ck_assert(buffer_append(&output, (struct slice){"", 1}));
	ck_assert_int_eq(
		sscanf(output.data, "{\"time\":\"%u-%u-%uT%u:%u:%u.%3uZ\",%n",
			&parts[0], &parts[1], &parts[2], &parts[3], &parts[4],
			&parts[5], &parts[6], &length),
		7);
	ck_assert_uint_ge(parts[0], 2026);
	ck_assert_str_eq(output.data + length, expected);
}

static const struct {
	struct slice text;
	const char *shown;
} strings[] = {
	{{"", 0}, ""},
	{{"gr\xc3\xbc\xc3\x9f", 6}, "gr\xc3\xbc\xc3\x9f"},
	{{"\"\\/", 3}, "\\\"\\\\/"},
	{{"\n\r\t\x1b\x7f", 5}, "\\n\\u000d\\u0009\\u001b\\u007f"},
	{{"a\0b", 3}, "a\\u0000b"},
	{{"\xc2\x9b", 2}, "\\u009b"},
	{{"\xe2\x80\xae", 3}, "\\u202e"},
	{{"\xf0\x9f\x98\x80", 4}, "\xf0\x9f\x98\x80"},
	{{"\xf3\xa0\x81\x81", 4}, "\\udb40\\udc41"},
};

START_TEST(escapes_strings)
{
	char expected[80];
	struct json json;

	snprintf(expected, sizeof(expected),
		"\"event\":\"message\",\"x\":\"%s\"}\n", strings[_i].shown);
	json_begin(&json, &output, &has_failed, "message");
	json_add_string(&json, "x", strings[_i].text);
	json_end(&json);
	ck_assert(!has_failed);
	expect_line(expected);
}
END_TEST

static const struct {
	bool is_binary;
	struct slice data;
	const char *shown;
} payloads[] = {
	{false, {"text", 4}, "\"data\":\"text\""},
	{true, {"text", 4}, "\"base64\":\"dGV4dA==\""},
	{false, {"\xff", 1}, "\"base64\":\"/w==\""},
	{true, {"", 0}, "\"base64\":\"\""},
};

START_TEST(tells_text_from_bytes)
{
	char expected[80];
	struct json json;

	snprintf(expected, sizeof(expected), "\"event\":\"ping\",%s,\"n\":7}\n",
		payloads[_i].shown);
	json_begin(&json, &output, &has_failed, "ping");
	json_add_data(&json, payloads[_i].is_binary, payloads[_i].data);
	json_add_number(&json, "n", "7");
	json_end(&json);
	ck_assert(!has_failed);
	expect_line(expected);
}
END_TEST

START_TEST(leaves_nothing_without_memory_for_all)
{
	static const char data[400];
	char memory[500] = "before";
	struct json json;

	output = room_fixed(memory, sizeof(memory));
	output.end = strlen(memory);
	json_begin(&json, &output, &has_failed, "message");
	json_add_data(&json, _i == 1, (struct slice){data, sizeof(data)});
	json_add_number(&json, "n", "7");
	json_end(&json);
	ck_assert(has_failed);
	ck_assert_uint_eq(output.end, strlen("before"));
	output = (struct buffer){0};
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json");
	TCase *cases = tcase_create("json");

	tcase_add_checked_fixture(cases, NULL, tear_down);
	tcase_add_loop_test(cases, escapes_strings, 0, COUNT_OF(strings));
	tcase_add_loop_test(
		cases, tells_text_from_bytes, 0, COUNT_OF(payloads));
	tcase_add_loop_test(cases, leaves_nothing_without_memory_for_all, 0, 2);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
