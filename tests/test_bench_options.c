/* SPDX-License-Identifier: MIT */
#include "bench/options.h"
#include "manual.h"
#include "parsing.h"
#include "suite.h"

#define FIELD(name) offsetof(struct bench_options, name)

static struct bench_options options;

static enum option_result
parse_all(int count, char **arguments)
{
	return bench_options_parse(&options, count, arguments);
}

static const struct parsing parsing = {&bench_program, &options, parse_all};

static enum option_result
parse(const char *first, const char *second)
{
	return parsing_run(&parsing, first, second);
}

START_TEST(has_the_defaults_of_the_manual)
{
	ck_assert_int_eq(parse(NULL, NULL), OPTION_RUN);
	ck_assert_str_eq(options.url, "ws://localhost:12345/raw");
	ck_assert(slice_equals(options.uri.path, slice_of("/raw")));
	ck_assert_int_eq(options.connections, 16);
	ck_assert_int_eq(options.duration, 10000);
	ck_assert_int_eq(options.messages, 0);
	ck_assert_int_eq(options.in_flight, 1);
	ck_assert_int_eq(options.size, 20);
	ck_assert_int_eq(options.rate, 0);
	ck_assert_int_eq(options.type, BENCH_ASCII);
	ck_assert(!options.is_plain_echo);
}
END_TEST

START_TEST(a_number_of_messages_needs_no_time)
{
	ck_assert_int_eq(parse("-n5", NULL), OPTION_RUN);
	ck_assert_int_eq(options.duration, 0);
	ck_assert_int_eq(parse("-n5", "-d2"), OPTION_RUN);
	ck_assert_int_eq(options.duration, 2000);
}
END_TEST

static const struct number_case numbers[] = {
	{"-c500", FIELD(connections), 500},
	{"-d10", FIELD(duration), 10000},
	{"-d10s", FIELD(duration), 10000},
	{"-d1.5s", FIELD(duration), 1500},
	{"-d250ms", FIELD(duration), 250},
	{"--duration=2m", FIELD(duration), 120000},
	{"-d1h", FIELD(duration), 3600000},
	{"-n1", FIELD(messages), 1},
	{"-m32", FIELD(in_flight), 32},
	{"-s64K", FIELD(size), 65536},
	{"-s0", FIELD(size), 0},
	{"-r100000", FIELD(rate), 100000},
	{"--idle=20000", FIELD(idle), 20000},
	{"--ramp=3s", FIELD(ramp), 3000},
	{"--pid=1", FIELD(pid), 1},
};

START_TEST(takes_good_numbers)
{
	parsing_expect_number(&parsing, &numbers[_i]);
}
END_TEST

static const struct flag_case flags[] = {
	{"--handshakes", FIELD(handshakes)},
	{"--deflate", FIELD(deflate)},
	{"-k", FIELD(insecure)},
	{"--insecure", FIELD(insecure)},
	{"--json", FIELD(json)},
};

START_TEST(takes_flags)
{
	parsing_expect_flag(&parsing, &flags[_i]);
}
END_TEST

static const struct wrong_case wrongs[] = {
	{"-t", "10", "did you mean -d? There is no option '-t'"},
	{"-t10", NULL, "did you mean -d? There is no option '-t'"},
	{"-y", NULL, "unknown or misused option '-y'"},
	{"-d0", NULL, "--duration: '0' is not a time"},
	{"-d1x", NULL, "--duration: '1x' is not a time"},
	{"-d1e3", NULL, "--duration: '1e3' is not a time"},
	{"-dinf", NULL, "--duration: 'inf' is not a time"},
	{"-d-1", NULL, "--duration: '-1' is not a time"},
	{"-d", "", "--duration: '' is not a time"},
	{"-d25h", NULL, "--duration: '25h' is not a time"},
	{"-c0", NULL, "--connections: '0' is not a number"},
	{"-m0", NULL, "--in-flight: '0' is not a number"},
	{"-s2G", NULL, "--size: '2G' is not a size"},
	{"--type=json", NULL, "'json' is not ascii|utf8|binary"},
	{"--handshakes", "--idle=3",
		"more than one of '--handshakes, --idle, --rate'"},
	{"-r5", "--idle=3", "more than one of '--handshakes, --idle, --rate'"},
	{"-n5", "--idle=3", "more than one of '--idle, --messages'"},
	{"--idle=3", "-c3", "more than one of '--idle, --connections'"},
	{"--idle=3", "-m1", "more than one of '--idle, --in-flight'"},
	{"--handshakes", "-m1", "more than one of '--handshakes, --in-flight'"},
	{"--handshakes", "-s0", "more than one of '--handshakes, --size'"},
	{"--handshakes", "--type=ascii",
		"more than one of '--handshakes, --type'"},
	{"--handshakes", "--ramp=1s",
		"more than one of '--handshakes, --ramp'"},
	{"--html=", NULL, "--html: '' is not a file"},
	{"--key=file", NULL, "no --cert for '--key'"},
	{"ws://a", "ws://b", "unexpected argument 'ws://b'"},
	{"ftp://a", NULL, "'ftp://a'"},
};

static const struct {
	const char *first, *second;
} togethers[] = {
	{"--handshakes", "-c3"},
	{"--handshakes", "-n3"},
	{"--handshakes", "--deflate"},
	{"--idle=3", "-s0"},
	{"--idle=3", "--type=utf8"},
	{"--idle=3", "--ramp=1s"},
	{"--idle=3", "--deflate"},
	{"-r5", "-n3"},
	{"-r5", "--ramp=1s"},
};

START_TEST(takes_what_makes_sense_together)
{
	ck_assert_int_eq(
		parse(togethers[_i].first, togethers[_i].second), OPTION_RUN);
}
END_TEST

START_TEST(says_what_is_wrong)
{
	parsing_expect_complaint(&parsing, &wrongs[_i]);
}
END_TEST

START_TEST(help_names_each_option_within_80_columns)
{
	parsing_expect_help(&parsing);
}
END_TEST

START_TEST(the_manual_has_an_item_for_each_option)
{
	manual_has_all(&bench_program);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bench options");
	TCase *cases = tcase_create("bench options");

	tcase_add_test(cases, has_the_defaults_of_the_manual);
	tcase_add_test(cases, a_number_of_messages_needs_no_time);
	tcase_add_loop_test(cases, takes_good_numbers, 0, COUNT_OF(numbers));
	tcase_add_loop_test(cases, takes_flags, 0, COUNT_OF(flags));
	tcase_add_loop_test(
		cases, takes_what_makes_sense_together, 0, COUNT_OF(togethers));
	tcase_add_loop_test(cases, says_what_is_wrong, 0, COUNT_OF(wrongs));
	tcase_add_test(cases, help_names_each_option_within_80_columns);
	tcase_add_test(cases, the_manual_has_an_item_for_each_option);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
