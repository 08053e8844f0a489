/* SPDX-License-Identifier: MIT */
#include "capture.h"
#include "manual.h"
#include "parsing.h"
#include "server/options.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIELD(name) offsetof(struct options, name)
#define TRY ". Try 'wsserver --help'\n"

static struct options options;

static void
tear_down(void)
{
	options_release(&options);
}

static enum option_result
parse_all(int count, char **arguments)
{
	options_release(&options);
	return options_parse(&options, count, arguments);
}

static const struct parsing parsing = {&options_program, &options, parse_all};

static enum option_result
parse(const char *first, const char *second)
{
	return parsing_run(&parsing, first, second);
}

/* As parse; what it says on standard error is dropped. */
static enum option_result
parse_quietly(const char *first)
{
	enum option_result result;

	capture_begin(STDERR_FILENO);
	result = parse(first, NULL);
	free(capture_end());
	return result;
}

static const char *
string_at(size_t field)
{
	const char *string;

	memcpy(&string, (char *)&options + field, sizeof(string));
	return string;
}

START_TEST(has_the_defaults_of_the_manual)
{
	ck_assert_int_eq(parse(NULL, NULL), OPTION_RUN);
	ck_assert_int_eq(options.port, 12345);
	ck_assert_uint_eq(options.addresses.count, 0);
	ck_assert_str_eq(options.echo_prefix, "Server received: ");
	ck_assert_uint_eq(options.origins.count, 0);
	ck_assert_uint_eq(options.subprotocols.count, 0);
	ck_assert_int_eq(options.max_clients, 10000);
	ck_assert_int_eq(options.max_pending, 1000);
	ck_assert_int_eq(options.max_clients_per_ip, 0);
	ck_assert_int_eq(options.max_message, 16777216);
	ck_assert_int_eq(options.handshake_timeout, 10000);
	ck_assert_int_eq(options.ping_interval, 20000);
	ck_assert_int_eq(options.ping_timeout, 20000);
	ck_assert_int_eq(options.send_timeout, 30000);
	ck_assert_int_eq(options.grace, 5000);
	ck_assert_ptr_null(options.user);
	ck_assert_ptr_null(options.group);
	ck_assert_str_eq(options.log_target, "stderr");
	ck_assert_int_eq(options.log_format, LOG_FORMAT_AUTO);
	ck_assert(!options.verbose && !options.quiet);
}
END_TEST

static const struct number_case numbers[] = {
	{"--port=0", FIELD(port), 0},
	{"--port=65535", FIELD(port), 65535},
	{"-p80", FIELD(port), 80},
	{"--max-clients=1", FIELD(max_clients), 1},
	{"-m1000000", FIELD(max_clients), 1000000},
	{"--max-pending=1", FIELD(max_pending), 1},
	{"--max-pending=1000000", FIELD(max_pending), 1000000},
	{"--max-clients-per-ip=0", FIELD(max_clients_per_ip), 0},
	{"--max-clients-per-ip=7", FIELD(max_clients_per_ip), 7},
	{"--max-message=1", FIELD(max_message), 1},
	{"--max-message=64K", FIELD(max_message), 65536},
	{"--max-message=64G", FIELD(max_message), 68719476736},
	{"--handshake-timeout=0.001", FIELD(handshake_timeout), 1},
	{"--handshake-timeout=86400", FIELD(handshake_timeout), 86400000},
	{"--ping-interval=0", FIELD(ping_interval), 0},
	{"--ping-interval=2.5", FIELD(ping_interval), 2500},
	{"--ping-timeout=0", FIELD(ping_timeout), 0},
	{"--ping-timeout=86400", FIELD(ping_timeout), 86400000},
	{"--send-timeout=0", FIELD(send_timeout), 0},
	{"--send-timeout=1", FIELD(send_timeout), 1000},
	{"--grace=0", FIELD(grace), 0},
	{"--grace=1", FIELD(grace), 1000},
};

START_TEST(takes_good_numbers)
{
	parsing_expect_number(&parsing, &numbers[_i]);
}
END_TEST

static const struct {
	const char *argument;
	size_t field;
	const char *value;
} strings[] = {
	{"--echo-prefix=", FIELD(echo_prefix), ""},
	{"--echo-prefix=\xC3\xA9: ", FIELD(echo_prefix), "\xC3\xA9: "},
	{"--user=nobody", FIELD(user), "nobody"},
	{"-u0", FIELD(user), "0"},
	{"--group=daemon", FIELD(group), "daemon"},
	{"-gdaemon", FIELD(group), "daemon"},
	{"--log=stderr", FIELD(log_target), "stderr"},
	{"--log=syslog", FIELD(log_target), "syslog"},
	{"--log=./any file", FIELD(log_target), "./any file"},
};

START_TEST(takes_good_strings)
{
	ck_assert_int_eq(parse(strings[_i].argument, NULL), OPTION_RUN);
	ck_assert_str_eq(string_at(strings[_i].field), strings[_i].value);
}
END_TEST

static const struct list_case lists[] = {
	{"--address=localhost", "-a*", FIELD(addresses), {"localhost", "*"}},
	{"-a[::1]:80", "-aunix:/run/x", FIELD(addresses),
		{"[::1]:80", "unix:/run/x"}},
	{"--origin=http://a", "--origin=null", FIELD(origins),
		{"http://a", "null"}},
	{"--subprotocol=chat", "-sv2.chat", FIELD(subprotocols),
		{"chat", "v2.chat"}},
	{"--trusted-proxy=10.0.0.0/8", "--trusted-proxy=::1",
		FIELD(trusted_proxies), {"10.0.0.0/8", "::1"}},
};

START_TEST(takes_good_values_again_and_again)
{
	parsing_expect_list(&parsing, &lists[_i]);
}
END_TEST

static const char *const formats[] = {"--log-format=auto", "--log-format=plain",
	"--log-format=text", "--log-format=json"};

START_TEST(takes_each_log_format)
{
	ck_assert_int_eq(parse(formats[_i], NULL), OPTION_RUN);
	ck_assert_int_eq(options.log_format, LOG_FORMAT_AUTO + _i);
}
END_TEST

START_TEST(takes_flags)
{
	ck_assert_int_eq(parse("-v", NULL), OPTION_RUN);
	ck_assert(options.verbose && !options.quiet);
	ck_assert_int_eq(parse("-q", NULL), OPTION_RUN);
	ck_assert(!options.verbose && options.quiet);
	ck_assert_int_eq(parse("--verbose", "--quiet"), OPTION_RUN);
	ck_assert(options.verbose && options.quiet);
	ck_assert_int_eq(parse("--reuse-port", NULL), OPTION_RUN);
	ck_assert(options.reuse_port && !options.proxy_protocol);
	ck_assert_int_eq(
		parse("--proxy-protocol", "--trusted-proxy=::1"), OPTION_RUN);
	ck_assert(!options.reuse_port && options.proxy_protocol);
	ck_assert_int_eq(parse("--check-config", NULL), OPTION_RUN);
	ck_assert(options.config.only_check);
}
END_TEST

static const char *const wrongs[] = {
	"--port=65536",
	"--port=-1",
	"--port=http",
	"--port=",
	"--address=",
	"--address=example.org",
	"--address=localhost:",
	"--address=localhost:65536",
	"--address=unix:",
	"--address=wss://*",
	"--echo-prefix=\xC3",
	"--origin=",
	"--origin=http://a b",
	"--origin=http://a\t",
	"--origin=http://a\x7F",
	"--subprotocol=",
	"--subprotocol=a,b",
	"--subprotocol=a b",
	"--trusted-proxy=10.0.0.1/8",
	"--trusted-proxy=localhost",
	"--proxy-protocol",
	"--config=",
	"--max-clients=0",
	"--max-clients=1000001",
	"--max-pending=0",
	"--max-pending=1000001",
	"--max-clients-per-ip=-1",
	"--max-clients-per-ip=1000001",
	"--max-message=0",
	"--max-message=65G",
	"--max-message=1T",
	"--handshake-timeout=0",
	"--handshake-timeout=86401",
	"--ping-interval=86400.001",
	"--ping-interval=20s",
	"--ping-timeout=-1",
	"--send-timeout=never",
	"--grace=",
	"--log=",
	"--log-format=",
	"--log-format=JSON",
	"--log-format=tex",
	"--verbose=1",
	"--quiet=1",
	"--user",
	"--max",
	"--bogus",
	"operand",
};

START_TEST(refuses_a_bad_value)
{
	ck_assert_int_eq(parse_quietly(wrongs[_i]), OPTION_WRONG);
}
END_TEST

static const struct {
	const char *argument;
	enum option_result result;
} abbreviations[] = {
	{"--max-m=5", OPTION_RUN},
	{"--max-clients=5", OPTION_RUN},
	{"--log=x", OPTION_RUN},
	{"--max=5", OPTION_WRONG},
	{"--max-client=5", OPTION_WRONG},
	{"--ping=5", OPTION_WRONG},
	{"--ver", OPTION_WRONG},
};

START_TEST(takes_abbreviations_that_are_unambiguous)
{
	ck_assert_int_eq(parse_quietly(abbreviations[_i].argument),
		abbreviations[_i].result);
}
END_TEST

static const char *const diagnostics[][2] = {
	{"--port=http",
		"wsserver: --port: 'http' is not a number from 0 to 65535" TRY},
	{"--grace=x", "wsserver: --grace: 'x' is not a number of seconds from "
		      "0 to 86400" TRY},
	{"--address=x",
		"wsserver: --address: 'x' is not an address to listen at" TRY},
	{"--echo-prefix=\xFF",
		"wsserver: --echo-prefix: '\xFF' is not UTF-8" TRY},
	{"--origin=", "wsserver: --origin: '' is not an origin" TRY},
	{"-sa/b", "wsserver: --subprotocol: 'a/b' is not a subprotocol's "
		  "name" TRY},
	{"--log=", "wsserver: --log: '' is not stderr, syslog or a file" TRY},
	{"--log-format=x", "wsserver: --log-format: 'x' is not auto|plain|"
			   "text|json" TRY},
	{"--proxy-protocol",
		"wsserver: needs --trusted-proxy '--proxy-protocol'" TRY},
	{"what", "wsserver: unexpected argument 'what'" TRY},
};

START_TEST(says_what_a_value_should_have_been)
{
	capture_begin(STDERR_FILENO);
	parse(diagnostics[_i][0], NULL);
	capture_end_with(diagnostics[_i][1]);
}
END_TEST

START_TEST(help_names_each_option_within_80_columns)
{
	parsing_expect_help(&parsing);
}
END_TEST

START_TEST(the_manual_has_an_item_for_each_option)
{
	manual_has_all(&options_program);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("options");
	TCase *cases = tcase_create("options");

	tcase_add_checked_fixture(cases, NULL, tear_down);
	tcase_add_test(cases, has_the_defaults_of_the_manual);
	tcase_add_loop_test(cases, takes_good_numbers, 0, COUNT_OF(numbers));
	tcase_add_loop_test(cases, takes_good_strings, 0, COUNT_OF(strings));
	tcase_add_loop_test(
		cases, takes_good_values_again_and_again, 0, COUNT_OF(lists));
	tcase_add_loop_test(cases, takes_each_log_format, 0, COUNT_OF(formats));
	tcase_add_test(cases, takes_flags);
	tcase_add_loop_test(cases, refuses_a_bad_value, 0, COUNT_OF(wrongs));
	tcase_add_loop_test(cases, takes_abbreviations_that_are_unambiguous, 0,
		COUNT_OF(abbreviations));
	tcase_add_loop_test(cases, says_what_a_value_should_have_been, 0,
		COUNT_OF(diagnostics));
	tcase_add_test(cases, help_names_each_option_within_80_columns);
	tcase_add_test(cases, the_manual_has_an_item_for_each_option);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
