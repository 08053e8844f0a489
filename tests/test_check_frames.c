/* SPDX-License-Identifier: MIT */
/* Checks of frames, at servers that are wrong in just that. */
#include "one_check.h"
#include "randomness.h"
#include "suite.h"

#include <string.h>

#define RIGHT "a right request is answered with 101 in HTTP/1.1"

/* A pong and a message: what the check waits for is another one. */
static const struct {
	struct fake_script script;
	const char *seen;
} frame_faults[] = {
	{REPLY("\x8A\x05wrong\x81\x05wrong"), "of 5 bytes \"wrong\""},
	{REPLY("\x8A\x83key-key"), "masked frame from a server"},
	{REPLY("\xC1\x01x"), "RSV1"},
	{REPLY("\x82\x7F\0\0\0\0\0\x10\0\x01"), "Message too long"},
	{REPLY("\x88\x02\x03\xEA"), "Close 1002"},
	{REPLY("\x88\x00"), "Close without a code"},
	{REPLY("\x88\x01\x03"), "Close body of one byte"},
	{REPLY("\x88\x06\x03\xF3no\x1B."), "Close 1011 \"no\\x1b.\""},
	{REPLY(""), "ended the connection"},
	{{FAKE_101, NO_REPLY, FAKE_SILENT}, "no answer in time"},
	{{REFUSAL, NO_REPLY, FAKE_ENDS}, "status 400"},
};

START_TEST(wants_frames_to_be_answered)
{
	for (size_t i = 0; i < check_frames.count; i++)
		one_check_run(&check_frames.checks[i], &frame_faults[_i].script,
			CHECK_FAIL, frame_faults[_i].seen);
}
END_TEST

/* What an echo may be, or any other message. */
static const struct {
	struct fake_script script;
	enum check_grade grade;
	const char *seen;
} answers[] = {
	{REPLY("\x81\x80key-"), CHECK_FAIL, "broke RFC 6455 5.1: masked frame"},
	{REPLY("\xC1\x01x"), CHECK_FAIL, "broke RFC 6455 5.2: RSV1"},
	{REPLY("\xA1\x01x"), CHECK_FAIL, "broke RFC 6455 5.2: RSV2"},
	{REPLY("\x83\x01x"), CHECK_FAIL, "broke RFC 6455 5.2: reserved"},
	{REPLY("\x82\x7E\x00\x01x"), CHECK_FAIL,
		"broke RFC 6455 5.2: payload length is not minimal"},
	{REPLY("\x82\x7F\x80\0\0\0\0\0\0\x01x"), CHECK_FAIL,
		"broke RFC 6455 5.2: top bit"},
	{REPLY("\x80\x01x"), CHECK_FAIL, "broke RFC 6455 5.4: continuation"},
	{REPLY("\x01\x01x\x01\x01x"), CHECK_FAIL,
		"broke RFC 6455 5.4: new message"},
	{REPLY("\x09\x01x"), CHECK_FAIL, "broke RFC 6455 5.5: fragmented"},
	{REPLY("\x8A\x7E\x01\x01"), CHECK_FAIL,
		"broke RFC 6455 5.5: control frame over 125"},
	{REPLY("\x88\x01\x03"), CHECK_FAIL, "broke RFC 6455 5.5.1: Close body"},
	{REPLY("\x88\x03\x03\xE8\xFF"), CHECK_FAIL,
		"broke RFC 6455 5.5.1: close reason"},
	{REPLY("\x88\x02\x03\xED"), CHECK_FAIL,
		"broke RFC 6455 7.4: close code"},
	{REPLY("\x81\x01\xFF"), CHECK_FAIL, "broke RFC 6455 8.1: text"},
	{REPLY("\x81\x05other\x82\x05other\x88\x02\x03\xE8"), CHECK_OK, ""},
	{REPLY("\x82\x7F\0\0\0\0\0\x10\0\x01"), CHECK_OK, ""},
	{REPLY("\x8A\x00"), CHECK_OK, ""},
	{{FAKE_101, NO_REPLY, FAKE_SILENT}, CHECK_OK, ""},
	{{REFUSAL, NO_REPLY, FAKE_ENDS}, CHECK_FAIL, "status 400"},
};

START_TEST(any_answer_has_to_obey_the_rules)
{
	for (size_t i = 0; i < check_echoes.count; i++)
		one_check_run(&check_echoes.checks[i], &answers[_i].script,
			answers[_i].grade, answers[_i].seen);
}
END_TEST

START_TEST(a_message_may_be_too_big_for_a_server)
{
	static const struct fake_script script = REPLY("\x88\x02\x03\xF1");

	one_check_run(
		one_check_of("0, 125, 126, 65535 and 65536 bytes come back"),
		&script, CHECK_WARN, "Close 1009");
}
END_TEST

/* All is right but for the end. */
static const struct {
	const char *sentence;
	struct fake_script script;
	const char *seen;
} late_faults[] = {
	{"a ping between fragments is answered at once",
		REPLY("\x8A\x03now\x81\x07"
		      "Between"),
		"Between"},
	{"messages sent together come back in order",
		REPLY("\x81\x03one\x81\x05three\x81\x03two"), "three"},
	{"fragments may be empty",
		REPLY("\x81\x06"
		      "empty!"),
		"empty!"},
};

START_TEST(an_answer_can_be_wrong_in_its_last_part)
{
	one_check_run(one_check_of(late_faults[_i].sentence),
		&late_faults[_i].script, CHECK_FAIL, late_faults[_i].seen);
}
END_TEST

START_TEST(a_ping_of_the_server_is_answered)
{
	static const struct fake_script script =
		REPLY("\x89\x02hi\x8A\x06\0ping\xFF");
	struct fake_server server = {.script = &script};
	struct buffer pong = {0};

	one_check_run_at(&server,
		one_check_of("a ping is answered with its payload"), CHECK_OK,
		"");
	ck_assert(check_frame_write(
		&pong, FIN | OPCODE_PONG, (struct slice){"hi", 2}));
	ck_assert_ptr_nonnull(memmem(server.heard, server.heard_length,
		buffer_bytes(&pong).data, buffer_length(&pong)));
	buffer_release(&pong);
}
END_TEST

/* In the place of failing the connection. */
static const struct {
	struct fake_script script;
	enum check_grade grade;
	const char *seen;
} failure_faults[] = {
	{REPLY("\x81\x05taken"), CHECK_FAIL, "text of 5 bytes \"taken\""},
	{REPLY("\x82\x05taken"), CHECK_FAIL, "binary of 5 bytes"},
	{REPLY("\x8A\x01p"), CHECK_FAIL, "a pong of 1 bytes"},
	{REPLY("\x88\x01\x03"), CHECK_FAIL, "Close body of one byte"},
	{REPLY("\x88\x02\x03\xED"), CHECK_FAIL, "close code not to be sent"},
	{REPLY("\x88\x80mask"), CHECK_FAIL, "masked frame"},
	{{FAKE_101, NO_REPLY, FAKE_SILENT}, CHECK_FAIL, "no answer in time"},
	{{REFUSAL, NO_REPLY, FAKE_ENDS}, CHECK_FAIL, "status 400"},
	{REPLY("\x88\x04\x03\xE8ok"), CHECK_WARN, "Close 1000 \"ok\""},
	{REPLY("\x88\x00"), CHECK_WARN, "Close without a code"},
	{REPLY(""), CHECK_WARN, "ended the connection"},
};

START_TEST(wants_the_connection_to_be_failed)
{
	for (size_t i = 0; i < check_failures.count; i++) {
		const struct check *check = &check_failures.checks[i];
		enum check_grade grade = failure_faults[_i].grade;

		/* Only a sender must not do this. */
		if (strstr(check->sentence, "should not") != NULL && _i < 3)
			grade = CHECK_WARN;
		one_check_run(check, &failure_faults[_i].script, grade,
			failure_faults[_i].seen);
	}
}
END_TEST

START_TEST(takes_a_failed_connection_for_right)
{
	static const struct fake_script protocol_error =
						REPLY("\x88\x02\x03\xEA"),
					invalid = REPLY("\x88\x02\x03\xEF");

	for (size_t i = 0; i < check_failures.count; i++) {
		const struct check *check = &check_failures.checks[i];
		bool is_text = check->code == CLOSE_INVALID_PAYLOAD;

		one_check_run(check, is_text ? &invalid : &protocol_error,
			CHECK_OK, "");
		one_check_run(check, is_text ? &protocol_error : &invalid,
			CHECK_WARN, "Close");
	}
}
END_TEST

#define CODE "a Close is answered with its code"
#define EMPTY "an empty Close is answered"
#define REST "what follows a Close is ignored"
#define END "nothing but the end of TCP follows the answer"

static const struct {
	const char *sentence;
	struct fake_script script;
	enum check_grade grade;
	const char *seen;
} closings[] = {
	{CODE, REPLY("\x88\x02\x03\xE9"), CHECK_WARN, "Close 1001"},
	{CODE, REPLY("\x88\x00"), CHECK_WARN, "Close without a code"},
	{EMPTY, REPLY("\x88\x00"), CHECK_OK, ""},
	{EMPTY, REPLY("\x88\x02\x03\xE8"), CHECK_OK, ""},
	{EMPTY, REPLY("\x81\x01x\x88\x02\x03\xE8"), CHECK_OK, ""},
	{REST, REPLY("\x88\x02\x03\xE8"), CHECK_OK, ""},
	{REST, REPLY("\x81\x04late\x88\x02\x03\xE8"), CHECK_FAIL, "late"},
	{REST, REPLY("\x82\x02\x03\xE8\x88\x02\x03\xE8"), CHECK_FAIL,
		"binary of 2 bytes"},
	{REST, REPLY("\x88\x02\x03\xE8\x81\x04late"), CHECK_FAIL, "late"},
	{REST, REPLY("\x88\x02\x03\xE8\x81\x84late"), CHECK_FAIL, "5.1"},
	{REST, {FAKE_101, {"\x88\x02\x03\xE8", 4}, FAKE_SILENT}, CHECK_OK, ""},
	{END, REPLY("\x88\x02\x03\xE8"), CHECK_OK, ""},
	{END, REPLY("\x88\x02\x03\xE8\x81\x04more"), CHECK_FAIL, "more"},
	{END, REPLY("\x88\x02\x03\xE8\x83\x04more"), CHECK_FAIL, "opcode"},
	{END, {FAKE_101, {"\x88\x02\x03\xE8", 4}, FAKE_SILENT}, CHECK_FAIL,
		"does not end it"},
};

START_TEST(judges_a_closing_handshake)
{
	one_check_run(one_check_of(closings[_i].sentence), &closings[_i].script,
		closings[_i].grade, closings[_i].seen);
}
END_TEST

static const struct {
	struct fake_script script;
	const char *seen;
} closing_faults[] = {
	{REPLY(""), "ended the connection"},
	{REPLY("\x88\x01\x03"), "Close body of one byte"},
	{REPLY("\x88\x82mask\x6E\x89"), "masked frame"},
	{{FAKE_101, NO_REPLY, FAKE_SILENT}, "no answer in time"},
	{{REFUSAL, NO_REPLY, FAKE_ENDS}, "status 400"},
};

START_TEST(wants_a_close_to_be_answered)
{
	for (size_t i = 0; i < check_closings.count; i++)
		one_check_run(&check_closings.checks[i],
			&closing_faults[_i].script, CHECK_FAIL,
			closing_faults[_i].seen);
}
END_TEST

START_TEST(nothing_passes_without_a_connection)
{
	one_check_runs_nowhere(true, "no connection");
}
END_TEST

START_TEST(nothing_passes_without_randomness)
{
	randomness_end();
	one_check_runs_nowhere(false, "no random numbers");
	randomness_return();
}
END_TEST

START_TEST(a_reset_is_told)
{
	static const struct fake_script opening = {NULL, NO_REPLY, FAKE_RESETS},
					frame = REPLY_AND(
						"\x8A\x02no", FAKE_RESETS),
					closing = REPLY_AND("\x88\x02\x03\xE8",
						FAKE_RESETS);

	one_check_run(one_check_of(RIGHT), &opening, CHECK_FAIL,
		"ended the connection");
	one_check_run(one_check_of("a text message comes back"), &frame,
		CHECK_FAIL, "Connection reset by peer");
	one_check_run(one_check_of(END), &closing, CHECK_WARN,
		"Connection reset by peer");
}
END_TEST

START_TEST(a_flood_has_an_end)
{
	static const struct fake_script flood =
		REPLY_AND("\x81\x05more!", FAKE_FLOODS);

	one_check_run(
		one_check_of(CODE), &flood, CHECK_FAIL, "no answer in time");
}
END_TEST

START_TEST(each_check_says_something_else)
{
	for (size_t i = 0; i < one_check_list_count; i++)
		for (size_t j = 0; j < one_check_lists[i]->count; j++) {
			const struct check *check =
				&one_check_lists[i]->checks[j];

			ck_assert_ptr_eq(one_check_of(check->sentence), check);
			ck_assert_int_eq(strncmp(check->section, "RFC ", 4), 0);
		}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("check_frames");
	TCase *cases = tcase_create("check_frames");

	tcase_set_timeout(cases, 120);
	tcase_add_loop_test(
		cases, wants_frames_to_be_answered, 0, COUNT_OF(frame_faults));
	tcase_add_loop_test(
		cases, any_answer_has_to_obey_the_rules, 0, COUNT_OF(answers));
	tcase_add_test(cases, a_message_may_be_too_big_for_a_server);
	tcase_add_loop_test(cases, an_answer_can_be_wrong_in_its_last_part, 0,
		COUNT_OF(late_faults));
	tcase_add_test(cases, a_ping_of_the_server_is_answered);
	tcase_add_loop_test(cases, wants_the_connection_to_be_failed, 0,
		COUNT_OF(failure_faults));
	tcase_add_test(cases, takes_a_failed_connection_for_right);
	tcase_add_loop_test(
		cases, judges_a_closing_handshake, 0, COUNT_OF(closings));
	tcase_add_loop_test(cases, wants_a_close_to_be_answered, 0,
		COUNT_OF(closing_faults));
	tcase_add_test(cases, nothing_passes_without_a_connection);
	tcase_add_test(cases, nothing_passes_without_randomness);
	tcase_add_test(cases, a_reset_is_told);
	tcase_add_test(cases, a_flood_has_an_end);
	tcase_add_test(cases, each_check_says_something_else);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
