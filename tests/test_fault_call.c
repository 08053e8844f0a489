/* SPDX-License-Identifier: MIT */
#include "service/fault_call.h"

#include "manual.h"
#include "server/options.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static struct fault_counts counts;
static struct service_settings settings;

static void
set_up(void)
{
	settings = (struct service_settings){
		.max_message = 4096, .faults = &counts};
}

static struct http_head
request_for(const char *target)
{
	return (struct http_head){.target = slice_of(target)};
}

START_TEST(each_fault_can_be_told_to_people)
{
	const struct fault *fault = &faults[_i];
	const char *texts[] = {
		fault->path, fault->meaning, fault->example, fault->usage};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		ck_assert_uint_gt(strlen(texts[i]), 0);
		ck_assert_ptr_null(strpbrk(texts[i], "<>&\"\\"));
	}
	ck_assert_ptr_nonnull(strstr(fault->usage, fault->path));
	ck_assert_uint_lt(strlen(fault->usage), RESPONSE_LINE_SIZE - 1);
}
END_TEST

START_TEST(the_example_of_each_fault_is_one)
{
	struct http_head request = request_for(faults[_i].example);
	struct fault_call call;

	settings.max_message = 1 << 20;
	ck_assert(
		verdict_is_fine(fault_call_parse(&call, &request, &settings)));
	ck_assert_ptr_eq(call.fault, &faults[_i]);
}
END_TEST

START_TEST(the_manual_names_each_fault)
{
	char line[128];

	snprintf(line, sizeof(line), ".It Pa " FAULTS_PATH "%s",
		faults[_i].path);
	ck_assert_msg(manual_has_line(&options_program, line), "no %s", line);
}
END_TEST

#define A123                                                                   \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"       \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *target;
	const char *name;
	uint64_t number, after;
	const char *reason;
} good_targets[] = {
	{"/faults/close/0", "close", 0, 0, ""},
	{"/faults/close/65535", "close", 65535, 0, ""},
	{"/faults/close/01000/", "close", 1000, 0, ""},
	{"/faults/close/1005", "close", 1005, 0, ""},
	{"/faults/close/1000/a%20b/%C3%A9?after=7", "close", 1000, 7,
		"a b/\xC3\xA9"},
	{"/faults/close/3000/%ff%FE", "close", 3000, 0, "\xFF\xFE"},
	{"/faults/close/3000/" A123, "close", 3000, 0, A123},
	{"/faults/reset?after=1000000", "reset", 0, 1000000, ""},
	{"/faults/eof?after=0", "eof", 0, 0, ""},
	{"/faults/delay/0", "delay", 0, 0, ""},
	{"/faults/delay/60000", "delay", 60000, 0, ""},
	{"/faults/handshake/60000", "handshake", 60000, 0, ""},
	{"/faults/fragment/1", "fragment", 1, 0, ""},
	{"/faults/fragment/1000000", "fragment", 1000000, 0, ""},
	{"/faults/drip/1000", "drip", 1000, 0, ""},
	{"/faults/slow-read/1000000", "slow-read", 1000000, 0, ""},
	{"/faults/flood/1000000", "flood", 1000000, 0, ""},
	{"/faults/message/0", "message", 0, 0, ""},
	{"/faults/message/4096", "message", 4096, 0, ""},
	{"/faults/message/4K", "message", 4096, 0, ""},
	{"/faults/bad/length", "bad/length", 0, 0, ""},
	{"/faults/bad/length64?after=2", "bad/length64", 0, 2, ""},
	{"/faults/status/200", "status", 200, 0, ""},
	{"/faults/status/599", "status", 599, 0, ""},
	{"/faults/redirect/50", "redirect", 50, 0, ""},
};

START_TEST(reads_good_targets)
{
	struct http_head request = request_for(good_targets[_i].target);
	struct fault_call call;

	ck_assert(
		verdict_is_fine(fault_call_parse(&call, &request, &settings)));
	ck_assert(slice_equals(
		fault_name(call.fault), slice_of(good_targets[_i].name)));
	ck_assert_uint_eq(call.number, good_targets[_i].number);
	ck_assert_uint_eq(call.after, good_targets[_i].after);
	ck_assert_str_eq(call.reason, good_targets[_i].reason);
}
END_TEST

static const struct {
	const char *target;
	unsigned status;
} bad_targets[] = {
	{"/faults/", 404},
	{"/faults/clos", 404},
	{"/faults/closed/1000", 404},
	{"/faults/CLOSE/1000", 404},
	{"/faults/bad", 404},
	{"/faults/bad/", 404},
	{"/faults/bad/length6", 404},
	{"/faults//close/1000", 404},
	{"/faults/close", 400},
	{"/faults/close/", 400},
	{"/faults/close/65536", 400},
	{"/faults/close/-1", 400},
	{"/faults/close/+1", 400},
	{"/faults/close/1e3", 400},
	{"/faults/close/1000x", 400},
	{"/faults/close/99999999999999999999999999", 400},
	{"/faults/close/18446744073709551616", 400},
	{"/faults/close/1005/reason", 400},
	{"/faults/close/1000/a%2", 400},
	{"/faults/close/1000/%0g", 400},
	{"/faults/close/1000/%00", 400},
	{"/faults/close/1000/a" A123, 400},
	{"/faults/reset/", 400},
	{"/faults/reset/1", 400},
	{"/faults/bad/utf8/1", 400},
	{"/faults/reset?", 400},
	{"/faults/reset?after", 400},
	{"/faults/reset?after=", 400},
	{"/faults/reset?after=x", 400},
	{"/faults/reset?after=1000001", 400},
	{"/faults/reset?after=1&after=1", 400},
	{"/faults/reset?before=1", 400},
	{"/faults/delay/60001", 400},
	{"/faults/delay/1/", 400},
	{"/faults/delay/1K", 400},
	{"/faults/handshake/60001", 400},
	{"/faults/handshake/1?after=1", 400},
	{"/faults/fragment/0", 400},
	{"/faults/fragment/1000001", 400},
	{"/faults/drip/1001", 400},
	{"/faults/slow-read/1000001", 400},
	{"/faults/flood/0", 400},
	{"/faults/flood/1000001", 400},
	{"/faults/message/", 400},
	{"/faults/message/K", 400},
	{"/faults/message/4097", 400},
	{"/faults/message/5K", 400},
	{"/faults/message/1M", 400},
	{"/faults/message/999999999999999999G", 400},
	{"/faults/message/1KK", 400},
	{"/faults/status/199", 400},
	{"/faults/status/600", 400},
	{"/faults/status/404?after=1", 400},
	{"/faults/redirect/0", 400},
	{"/faults/redirect/51", 400},
	{"/faults/bad/accept?after=1", 400},
};

START_TEST(refuses_bad_targets)
{
	struct http_head request = request_for(bad_targets[_i].target);
	struct verdict verdict = service_check(&request, &settings);

	ck_assert_uint_eq(verdict.code, bad_targets[_i].status);
	if (verdict.code == 400)
		ck_assert_ptr_eq(
			strstr(verdict.why, "usage: /faults/"), verdict.why);
}
END_TEST

START_TEST(refuses_all_when_faults_are_off)
{
	struct http_head request = request_for(good_targets[_i].target);
	struct verdict verdict;

	settings.faults = NULL;
	verdict = service_check(&request, &settings);
	ck_assert_uint_eq(verdict.code, 404);
	ck_assert_ptr_nonnull(strstr(verdict.why, "--enable-faults"));
}
END_TEST

START_TEST(other_paths_are_no_faults)
{
	ck_assert(service_find(slice_of("/faults/x"))->serve == faults_serve);
	ck_assert(service_find(slice_of("/faults/"))->serve == faults_serve);
	ck_assert(service_find(slice_of("/faultsx"))->serve == echo_serve);
	ck_assert(service_find(slice_of("/x/faults/"))->serve == echo_serve);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("fault_call");
	TCase *cases = tcase_create("fault_call");

	tcase_add_checked_fixture(cases, set_up, NULL);
#define add_all(test, table)                                                   \
	tcase_add_loop_test(cases, test, 0, COUNT_OF(table))
	add_all(each_fault_can_be_told_to_people, faults);
	add_all(the_example_of_each_fault_is_one, faults);
	add_all(the_manual_names_each_fault, faults);
	add_all(reads_good_targets, good_targets);
	add_all(refuses_bad_targets, bad_targets);
	add_all(refuses_all_when_faults_are_off, good_targets);
	tcase_add_test(cases, other_paths_are_no_faults);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
