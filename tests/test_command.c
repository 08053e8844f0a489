/* SPDX-License-Identifier: MIT */
#include "client/command.h"
#include "suite.h"

#include <string.h>

static const struct {
	const char *line;
	enum opcode opcode;
	const char *payload;
} pings[] = {
	{"/ping", OPCODE_PING, ""},
	{"/ping a b ", OPCODE_PING, "a b "},
	{"/pong", OPCODE_PONG, ""},
	{"/pong  x", OPCODE_PONG, " x"},
};

START_TEST(reads_pings_and_pongs)
{
	struct command command;

	ck_assert(command_is_meant(slice_of(pings[_i].line)));
	ck_assert_ptr_null(command_parse(&command, slice_of(pings[_i].line)));
	ck_assert_uint_eq(command.opcode, pings[_i].opcode);
	ck_assert(slice_equals(command.payload, slice_of(pings[_i].payload)));
}
END_TEST

static const struct {
	const char *line;
	unsigned code;
	const char *reason;
} closes[] = {
	{"/close", 1000, ""},
	{"/close 1001", 1001, ""},
	{"/close 4999 so long", 4999, "so long"},
	{"/close  why", 1000, "why"},
};

START_TEST(reads_closes)
{
	struct command command;

	ck_assert_ptr_null(command_parse(&command, slice_of(closes[_i].line)));
	ck_assert_uint_eq(command.opcode, OPCODE_CLOSE);
	ck_assert_uint_eq(command.code, closes[_i].code);
	ck_assert_str_eq(command.reason, closes[_i].reason);
}
END_TEST

static const char *const wrongs[] = {"/", "/pingx", "/PING", "/quit",
	"/close x", "/close 999", "/close 1005", "/close 1006", "/close 5000",
	"/close 10000", "/close 1000x", "/close 1000 \xff"};

START_TEST(says_what_is_wrong)
{
	struct command command;

	ck_assert_ptr_nonnull(command_parse(&command, slice_of(wrongs[_i])));
}
END_TEST

/* Sections 5.5 and 5.5.1: 125 bytes, two of which are a code. */
START_TEST(takes_no_more_than_a_control_frame_holds)
{
	char line[200];
	struct command command;

	memset(line, 'x', sizeof(line));
	memcpy(line, "/ping ", 6);
	ck_assert_ptr_null(
		command_parse(&command, (struct slice){line, 6 + 125}));
	ck_assert_ptr_nonnull(
		command_parse(&command, (struct slice){line, 6 + 126}));
	memcpy(line, "/close 1000 ", 12);
	ck_assert_ptr_null(
		command_parse(&command, (struct slice){line, 12 + 123}));
	ck_assert_uint_eq(strlen(command.reason), 123);
	ck_assert_ptr_nonnull(
		command_parse(&command, (struct slice){line, 12 + 124}));
}
END_TEST

START_TEST(is_meant_by_a_slash_alone)
{
	ck_assert(!command_is_meant(slice_of("")));
	ck_assert(!command_is_meant(slice_of(" /ping")));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("command");
	TCase *cases = tcase_create("command");

	tcase_add_loop_test(cases, reads_pings_and_pongs, 0, COUNT_OF(pings));
	tcase_add_loop_test(cases, reads_closes, 0, COUNT_OF(closes));
	tcase_add_loop_test(cases, says_what_is_wrong, 0, COUNT_OF(wrongs));
	tcase_add_test(cases, takes_no_more_than_a_control_frame_holds);
	tcase_add_test(cases, is_meant_by_a_slash_alone);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
