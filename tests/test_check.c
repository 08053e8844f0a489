/* SPDX-License-Identifier: MIT */
/* All checks at once: what is right is found right, and said so. */
#include "client/check.h"

#include "fake_server.h"
#include "suite.h"
#include "transport/clock.h"

#include <stdlib.h>
#include <string.h>

/* Milliseconds for what does not come, where other things have to. */
#define SOON 1000

static struct fake_server server;
static struct check_target target;
static char *output;

static void
set_up(void)
{
	server = (struct fake_server){0};
	target = fake_server_target(&server);
}

static void
tear_down(void)
{
	fake_server_stop(&server);
	free(output);
	output = NULL;
}

/* Runs all checks; what they write is then the output. */
static bool
run(void)
{
	size_t size = 0;
	FILE *file;
	bool result;

	free(output);
	file = open_memstream(&output, &size);
	ck_assert_ptr_nonnull(file);
	result = check_run(&target, file);
	fake_server_stop(&server);
	fclose(file);
	return result;
}

static unsigned
count(const char *text)
{
	unsigned found = 0;

	for (const char *at = strstr(output, text); at != NULL;
		at = strstr(at + 1, text))
		found++;
	return found;
}

/* Where a check failed, its line is told. */
static void
assert_passes(void)
{
	bool result = run();
	const char *line = strstr(output, "FAIL  ");

	ck_assert_msg(result, "%.150s", line != NULL ? line : output);
	ck_assert_ptr_null(line);
}

START_TEST(a_right_server_passes_all)
{
	assert_passes();
	ck_assert_uint_eq(count("\nwarn "), 0);
	ck_assert_uint_ge(count("\nok "), 40);
	ck_assert_uint_eq(count(" a right request "), 1);
	ck_assert_ptr_eq(
		strstr(output, "ok    RFC 6455 4.2.2   a right request "),
		output);
	ck_assert_ptr_nonnull(strstr(output, " ok, 0 warn, 0 FAIL\n"));
}
END_TEST

START_TEST(a_constant_prefix_and_a_greeting_are_no_fault)
{
	server.prefix = "Server received: ";
	server.greeting = "welcome";
	assert_passes();
	ck_assert_uint_eq(count("\nwarn "), 0);
}
END_TEST

START_TEST(a_greeting_is_known_by_binary_messages_too)
{
	server.greeting = "welcome";
	server.ignores_text = true;
	target.check_limit = SOON;
	assert_passes();
	ck_assert_uint_gt(count("\nwarn "), 0);
	ck_assert_uint_eq(count("\nwarn "), count(": not run, not an echo "));
	ck_assert_uint_gt(count("a binary message comes back\n"), 0);
}
END_TEST

START_TEST(a_server_that_refuses_binary_messages_is_warned_about)
{
	server.refuses_binary = true;
	assert_passes();
	ck_assert_uint_eq(count("\nwarn "), 1);
	ck_assert_uint_eq(count("a binary message comes back: not run"), 1);
}
END_TEST

START_TEST(a_server_without_echo_is_warned_about)
{
	server.ignores_text = server.ignores_binary = true;
	target.check_limit = SOON;
	assert_passes();
	ck_assert_uint_ge(count("\nwarn "), 5);
	ck_assert_uint_eq(count("\nwarn "), count(": not run, not an echo "));
}
END_TEST

START_TEST(a_prefix_too_long_to_keep_is_no_echo)
{
	static char prefix[300];

	memset(prefix, 'p', sizeof(prefix) - 1);
	server.prefix = prefix;
	target.check_limit = SOON;
	assert_passes();
	ck_assert_uint_eq(count("a text message comes back: not run"), 1);
}
END_TEST

START_TEST(a_changing_prefix_is_no_echo)
{
	server.numbers_texts = true;
	assert_passes();
	ck_assert_uint_eq(count("a text message comes back: not run"), 1);
	ck_assert_uint_gt(count("a binary message comes back\n"), 0);
}
END_TEST

static const struct {
	struct slice raw;
	const char *seen;
} broken_echoes[] = {
	{{"\x81\x81key-\x1A", 7},
		"RFC 6455 5       what comes after a text message obeys the "
		"rules: the server broke RFC 6455 5.1: masked frame from a "
		"server\n"},
	{{"\x01\x04half", 6},
		"a binary message obeys the rules: the server broke "
		"RFC 6455 5.4: new message inside a message\n"},
};

START_TEST(broken_frames_are_no_mere_lack_of_an_echo)
{
	server.raw = broken_echoes[_i].raw;
	ck_assert(!run());
	ck_assert_ptr_nonnull(strstr(output, broken_echoes[_i].seen));
	ck_assert_uint_eq(count("\nFAIL "), 2);
	ck_assert_uint_gt(count(": not run, not an echo "), 0);
}
END_TEST

START_TEST(nothing_else_is_run_where_nothing_opens)
{
	static const struct fake_script away = {
		"HTTP/1.1 404 Not Found\r\n\r\n", {NULL, 0}, FAKE_ENDS};

	server.script = &away;
	ck_assert(!run());
	ck_assert_uint_eq(server.connections, 1);
	ck_assert_ptr_nonnull(strstr(output, ": status 404 in HTTP/1.1\n"));
	ck_assert_ptr_nonnull(strstr(
		output, "\nno other check was run\n0 ok, 0 warn, 1 FAIL\n"));
}
END_TEST

START_TEST(no_connection_is_a_failure)
{
	server.is_away = true;
	ck_assert(!run());
	ck_assert_ptr_nonnull(strstr(output, ": no connection\n"));
}
END_TEST

START_TEST(an_opening_handshake_is_bounded_in_time)
{
	static const struct fake_script mute = {NULL, {NULL, 0}, FAKE_SILENT};
	int64_t start = clock_now();

	server.script = &mute;
	target.opening_limit = 500;
	ck_assert(!run());
	ck_assert_int_lt(clock_now() - start, target.check_limit);
	ck_assert_ptr_nonnull(strstr(output, ": no answer in time\n"));
}
END_TEST

START_TEST(all_checks_together_are_bounded_in_time)
{
	static const struct fake_script mute = {
		FAKE_101, {NULL, 0}, FAKE_SILENT};
	int64_t start = clock_now();

	server.script = &mute;
	target.check_limit = 200;
	target.total_limit = 1000;
	ck_assert(!run());
	ck_assert_int_lt(clock_now() - start, 10000);
	ck_assert_uint_gt(count(": not run, the time for all checks "), 5);
}
END_TEST

START_TEST(more_fields_are_in_each_request)
{
	server.offer.more_fields = slice_of("Transfer-Encoding: chunked\r\n");
	ck_assert(!run());
	ck_assert_ptr_nonnull(strstr(output, ": status 400 in HTTP/1.1\n"));
}
END_TEST

START_TEST(the_origin_is_named_in_each_request)
{
	server.offer.origin = slice_of("http://localhost");
	server.origin = "http://localhost";
	assert_passes();
	server.origin = NULL;
	ck_assert(!run());
	ck_assert_ptr_nonnull(strstr(output, ": status 403 in HTTP/1.1\n"));
}
END_TEST

START_TEST(subprotocols_are_offered_in_each_request)
{
	static const struct slice subprotocols[] = {{"mud", 3}, {"chat", 4}};

	server.subprotocol = "chat";
	server.offer.subprotocols = subprotocols;
	server.offer.subprotocol_count = COUNT_OF(subprotocols);
	assert_passes();
	ck_assert_uint_eq(count("\nwarn "), 1);
	ck_assert_uint_eq(count("subprotocol is not selected: status 400"), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("check");
	TCase *cases = tcase_create("check");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_set_timeout(cases, 120);
	tcase_add_test(cases, a_right_server_passes_all);
	tcase_add_test(cases, a_constant_prefix_and_a_greeting_are_no_fault);
	tcase_add_test(cases, a_greeting_is_known_by_binary_messages_too);
	tcase_add_test(
		cases, a_server_that_refuses_binary_messages_is_warned_about);
	tcase_add_test(cases, a_server_without_echo_is_warned_about);
	tcase_add_test(cases, a_prefix_too_long_to_keep_is_no_echo);
	tcase_add_test(cases, a_changing_prefix_is_no_echo);
	tcase_add_loop_test(cases, broken_frames_are_no_mere_lack_of_an_echo, 0,
		COUNT_OF(broken_echoes));
	tcase_add_test(cases, nothing_else_is_run_where_nothing_opens);
	tcase_add_test(cases, no_connection_is_a_failure);
	tcase_add_test(cases, an_opening_handshake_is_bounded_in_time);
	tcase_add_test(cases, all_checks_together_are_bounded_in_time);
	tcase_add_test(cases, more_fields_are_in_each_request);
	tcase_add_test(cases, the_origin_is_named_in_each_request);
	tcase_add_test(cases, subprotocols_are_offered_in_each_request);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
