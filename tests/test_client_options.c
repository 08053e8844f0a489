/* SPDX-License-Identifier: MIT */
#include "client/options.h"
#include "manual.h"
#include "parsing.h"
#include "suite.h"

#define FIELD(name) offsetof(struct client_options, name)

static struct client_options options;

static void
tear_down(void)
{
	client_options_release(&options);
}

static enum option_result
parse_all(int count, char **arguments)
{
	client_options_release(&options);
	return client_options_parse(&options, count, arguments);
}

static const struct parsing parsing = {&client_program, &options, parse_all};

static enum option_result
parse(const char *first, const char *second)
{
	return parsing_run(&parsing, first, second);
}

START_TEST(has_the_defaults_of_the_manual)
{
	ck_assert_int_eq(parse(NULL, NULL), OPTION_RUN);
	ck_assert(slice_equals(options.uri.host, slice_of("localhost")));
	ck_assert_uint_eq(options.uri.port, 12345);
	ck_assert(!options.uri.secure);
	ck_assert_int_eq(options.connect_timeout, 10000);
	ck_assert_int_eq(options.max_message, 1 << 30);
	ck_assert_int_eq(options.wait, 2000);
	ck_assert_int_eq(options.ping_interval, 0);
	ck_assert_int_eq(options.color, CLIENT_COLOR_AUTO);
	ck_assert_ptr_null(options.proxy);
	ck_assert_ptr_null(options.history);
}
END_TEST

static const struct number_case numbers[] = {
	{"-w0", FIELD(wait), 0},
	{"-w-1", FIELD(wait), CLIENT_WAIT_FOREVER},
	{"--wait=-1", FIELD(wait), CLIENT_WAIT_FOREVER},
	{"--wait=2.5", FIELD(wait), 2500},
	{"--connect-timeout=0.001", FIELD(connect_timeout), 1},
	{"--ping-interval=0.5", FIELD(ping_interval), 500},
	{"--max-message=16M", FIELD(max_message), 16 << 20},
};

START_TEST(takes_good_numbers)
{
	parsing_expect_number(&parsing, &numbers[_i]);
}
END_TEST

static const struct flag_case flags[] = {
	{"-c", FIELD(connect)},
	{"--connect", FIELD(connect)},
	{"-k", FIELD(insecure)},
	{"--insecure", FIELD(insecure)},
	{"--no-deflate", FIELD(no_deflate)},
	{"-0", FIELD(null)},
	{"-b", FIELD(binary)},
	{"--hex", FIELD(hex)},
	{"--base64", FIELD(base64)},
	{"-P", FIELD(show_ping_pong)},
	{"--slash", FIELD(slash)},
	{"--timestamps", FIELD(timestamps)},
	{"--json", FIELD(json)},
	{"--echo", FIELD(echo)},
	{"--check", FIELD(check)},
	{"-v", FIELD(verbose)},
	{"-q", FIELD(quiet)},
};

START_TEST(takes_flags)
{
	parsing_expect_flag(&parsing, &flags[_i]);
}
END_TEST

static const struct list_case lists[] = {
	{"-HA: b", "--header=C:d", FIELD(headers), {"A: b", "C:d"}},
	{"-H@file", "-H@other", FIELD(headers), {"@file", "@other"}},
	{"-schat", "--subprotocol=mud", FIELD(subprotocols), {"chat", "mud"}},
	{"-xa b", "--execute=", FIELD(messages), {"a b", ""}},
};

START_TEST(takes_good_values_again_and_again)
{
	parsing_expect_list(&parsing, &lists[_i]);
}
END_TEST

/* FAULTS G5 and K9: a line that names what is wrong. */
static const struct wrong_case wrongs[] = {
	{"-w-2", NULL, "--wait: '-2' is not -1 or a number of seconds"},
	{"--color=red", NULL, "--color: 'red' is not auto|always|never"},
	{"-Hnothing", NULL, "'nothing' is not a header field"},
	{"-HA: b\r\nC: d", NULL, "'A: b\\x0d\\x0aC: d' is not a header field"},
	{"-sa\nb", NULL, "'a\\x0ab' is not a subprotocol's name"},
	{"-oa\nb", NULL, "'a\\x0ab' is not an origin"},
	{"--hex", "-b", "more than one of '--binary, --hex, --base64'"},
	{"--echo", "-xa", "more than one of '--execute, --echo, --check'"},
	{"-b", "-0", "more than one of '--binary, --null'"},
	{"--check", "-0", "of no use with --check: '--null'"},
	{"--check", "-b", "of no use with --check: '--binary'"},
	{"--check", "--hex", "of no use with --check: '--hex'"},
	{"--check", "--base64", "of no use with --check: '--base64'"},
	{"--check", "-P", "of no use with --check: '--show-ping-pong'"},
	{"--check", "--slash", "of no use with --check: '--slash'"},
	{"--check", "--timestamps", "of no use with --check: '--timestamps'"},
	{"--check", "--json", "of no use with --check: '--json'"},
	{"--check", "--history=a", "of no use with --check: '--history'"},
	{"-sa", "-sa", "offered twice, the subprotocol 'a'"},
	{"--key=file", NULL, "no --cert for '--key'"},
	{"--proxy=http://a", "ws+unix:/b",
		"a Unix socket is not reached through '--proxy'"},
	{"-x\xff", NULL, "not UTF-8, the message"},
	{"-xzz", "--hex", "not hexadecimal, the message 'zz'"},
	{"--base64", "-xzz", "not base64, the message 'zz'"},
	{"ws://a", "ws://b", "unexpected argument 'ws://b'"},
	{"ws://a\r\nb", NULL, "'ws://a\\x0d\\x0ab'"},
	{"--max-message=0", NULL, "--max-message: '0' is not a size"},
	{"--connect-timeout=0", NULL, "--connect-timeout: '0' is not"},
};

START_TEST(says_what_is_wrong)
{
	parsing_expect_complaint(&parsing, &wrongs[_i]);
}
END_TEST

START_TEST(takes_bytes_for_a_binary_message)
{
	ck_assert_int_eq(parse("-b", "-x\xff"), OPTION_RUN);
	ck_assert_int_eq(parse("--hex", "-x00 ff"), OPTION_RUN);
	ck_assert_int_eq(parse("--base64", "-xAP8="), OPTION_RUN);
}
END_TEST

START_TEST(help_names_each_option_within_80_columns)
{
	parsing_expect_help(&parsing);
}
END_TEST

START_TEST(the_manual_has_an_item_for_each_option)
{
	manual_has_all(&client_program);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client options");
	TCase *cases = tcase_create("client options");

	tcase_add_checked_fixture(cases, NULL, tear_down);
	tcase_add_test(cases, has_the_defaults_of_the_manual);
	tcase_add_loop_test(cases, takes_good_numbers, 0, COUNT_OF(numbers));
	tcase_add_loop_test(cases, takes_flags, 0, COUNT_OF(flags));
	tcase_add_loop_test(
		cases, takes_good_values_again_and_again, 0, COUNT_OF(lists));
	tcase_add_loop_test(cases, says_what_is_wrong, 0, COUNT_OF(wrongs));
	tcase_add_test(cases, takes_bytes_for_a_binary_message);
	tcase_add_test(cases, help_names_each_option_within_80_columns);
	tcase_add_test(cases, the_manual_has_an_item_for_each_option);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
