/* SPDX-License-Identifier: MIT */
#include "client/display.h"
#include "room.h"
#include "suite.h"

#include <string.h>

static struct client_options options;
static struct display display;

static void
set_up(void)
{
	options = (struct client_options){.color = CLIENT_COLOR_NEVER};
	display_init(&display, &options, false);
}

static void
tear_down(void)
{
	display_release(&display);
}

static void
receive(enum opcode opcode, const char *text)
{
	display_received(&display,
		&(struct message){.opcode = opcode, .payload = slice_of(text)});
}

static void
expect_output(const char *expected)
{
	ck_assert(slice_equals(
		buffer_bytes(&display.output), slice_of(expected)));
	ck_assert(!display.has_failed);
}

START_TEST(shows_lines_in_a_pipe)
{
	display_open(&display);
	receive(OPCODE_TEXT, "one");
	receive(OPCODE_BINARY, "two");
	receive(OPCODE_PING, "no data");
	display_error(&display, "told elsewhere");
	expect_output("one\ntwo\n");
}
END_TEST

START_TEST(shows_what_it_is_interactively)
{
	display.is_interactive = true;
	options.show_ping_pong = true;
	display_open(&display);
	receive(OPCODE_TEXT, "one");
	receive(OPCODE_BINARY, "two");
	receive(OPCODE_PING, "three\n");
	display_round_trip(&display, 1.5);
	display_error(&display, "four");
	expect_output("Connected (press CTRL+C to quit)\n"
		      "Received: one\n"
		      "Received (binary, 3 bytes): 74 77 6f\n"
		      "Received ping: three\\x0a\n"
		      "Pong: after 1.500 ms\n"
		      "four\n");
}
END_TEST

static const struct {
	bool hex, base64, binary, null;
	const char *expected;
	size_t length;
} forms[] = {
	{.hex = true, .expected = "6f6e65\n", .length = 7},
	{.base64 = true, .expected = "b25l\n", .length = 5},
	{.binary = true, .expected = "one", .length = 3},
	{.null = true, .expected = "one", .length = 4},
};

START_TEST(shows_bytes_in_the_form_asked_for)
{
	options.hex = forms[_i].hex;
	options.base64 = forms[_i].base64;
	options.binary = forms[_i].binary;
	options.null = forms[_i].null;
	receive(OPCODE_TEXT, "one");
	ck_assert(slice_equals(buffer_bytes(&display.output),
		(struct slice){forms[_i].expected, forms[_i].length}));
}
END_TEST

/* What is shown is the beginning of what should be, in whatever room. */
START_TEST(shows_nothing_more_behind_what_it_has_no_memory_for)
{
	static const char expected[] = "Received: one\nReceived: two\n";
	char memory[sizeof(expected)];

	display.is_interactive = true;
	for (size_t room = 0; room < sizeof(expected); room++) {
		display.output = room_fixed(memory, room);
		display.has_failed = false;
		receive(OPCODE_TEXT, "one");
		receive(OPCODE_TEXT, "two");
		ck_assert_int_eq(display.has_failed, room < strlen(expected));
		ck_assert_mem_eq(memory, expected, display.output.end);
	}
	display.output = (struct buffer){0};
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("display");
	TCase *cases = tcase_create("display");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, shows_lines_in_a_pipe);
	tcase_add_test(cases, shows_what_it_is_interactively);
	tcase_add_loop_test(
		cases, shows_bytes_in_the_form_asked_for, 0, COUNT_OF(forms));
	tcase_add_test(
		cases, shows_nothing_more_behind_what_it_has_no_memory_for);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
