/* SPDX-License-Identifier: MIT */
#include "capture.h"
#include "log/limit.h"
#include "logfile.h"
#include "scratch.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define JSON "{\"time\":\"TIME\",\"level\":\"info\","

static const struct log_client client = {7, "192.0.2.1:80", "/a\n", 3, NULL};
static const struct log_client stranger = {8, "192.0.2.2:80", NULL, 0, NULL};

static void
set_up(void)
{
	unsetenv("JOURNAL_STREAM");
	logfile_open(LOG_FORMAT_PLAIN, LOG_LEVEL_DEBUG);
}

static void
use_format(enum log_format format)
{
	ck_assert(logfile_open_target(LOGFILE_NAME, format));
}

static void
use_level(enum log_level level)
{
	struct log_settings settings = {LOGFILE_NAME, LOG_FORMAT_PLAIN, level};

	log_close();
	ck_assert(log_open(&settings));
}

/* A line with everything that a line can have. */
static void
say_all(const struct log_client *whom)
{
	ck_assert(log_begin(LOG_LEVEL_INFO, whom, "connect", 0));
	log_say("said %d, ", 1);
	log_say_escaped("\n\"", 2);
	log_number_field("number", UINT64_MAX);
	log_text_field("text", "\n\"z", 2);
	log_string_field("string", "s");
	log_seconds_field("seconds", 1.0625);
	log_end();
}

static void
say(const char *text)
{
	log_sentence(LOG_LEVEL_INFO, "start", "%s", text);
}

START_TEST(plain_is_the_bare_sentence)
{
	say_all(NULL);
	say_all(&client);
	logfile_says("said 1, \\x0a\\x22\nsaid 1, \\x0a\\x22\n");
}
END_TEST

START_TEST(text_has_time_level_and_connection_first)
{
	use_format(LOG_FORMAT_TEXT);
	say_all(NULL);
	say_all(&client);
	logfile_says("TIME info - said 1, \\x0a\\x22\n"
		     "TIME info 7 said 1, \\x0a\\x22\n");
}
END_TEST

START_TEST(json_is_an_object_a_line)
{
	use_format(LOG_FORMAT_JSON);
	say_all(NULL);
	say_all(&client);
	say_all(&stranger);
	logfile_says(
		JSON "\"event\":\"connect\",\"number\":18446744073709551615,"
		     "\"text\":\"\\\\x0a\\\\x22\",\"string\":\"s\","
		     "\"seconds\":1.062}\n" JSON
		     "\"connection\":7,\"event\":\"connect\","
		     "\"peer\":\"192.0.2.1:80\",\"path\":\"/a\\\\x0a\","
		     "\"number\":18446744073709551615,"
		     "\"text\":\"\\\\x0a\\\\x22\",\"string\":\"s\","
		     "\"seconds\":1.062}\n" JSON
		     "\"connection\":8,\"event\":\"connect\","
		     "\"peer\":\"192.0.2.2:80\","
		     "\"number\":18446744073709551615,"
		     "\"text\":\"\\\\x0a\\\\x22\",\"string\":\"s\","
		     "\"seconds\":1.062}\n");
}
END_TEST

START_TEST(a_sentence_is_a_message_as_json)
{
	use_format(LOG_FORMAT_JSON);
	log_sentence(LOG_LEVEL_INFO, "reload", "%s", "it's\n");
	logfile_says(
		JSON "\"event\":\"reload\",\"message\":\"it's\\\\x0a\"}\n");
}
END_TEST

START_TEST(a_sentence_is_cut)
{
	char text[300], expected[300];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	say(text);
	snprintf(expected, sizeof(expected), "%.256s\n", text);
	logfile_says(expected);
}
END_TEST

START_TEST(auto_is_text_in_a_file)
{
	use_format(LOG_FORMAT_AUTO);
	say("x");
	logfile_says("TIME info - x\n");
	ck_assert(!log_is_on_terminal());
}
END_TEST

START_TEST(auto_is_plain_on_a_terminal)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char text[64] = "";

	if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0)
		return;
	ck_assert(logfile_open_target(ptsname(terminal), LOG_FORMAT_AUTO));
	ck_assert(log_is_on_terminal());
	say("x");
	ck_assert_int_eq(read(terminal, text, sizeof(text) - 1), 3);
	ck_assert_str_eq(text, "x\r\n");
	log_close();
	close(terminal);
}
END_TEST

/* Where no descriptor is left, as where a user may not open the terminal. */
static void
reopen_with_descriptors_up_to(rlim_t count)
{
	struct rlimit usual, few;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
	few = (struct rlimit){count, usual.rlim_max};
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_assert(log_reopen());
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
}

START_TEST(never_closes_the_standard_error_of_a_terminal)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave = -1;
	bool is_there;

	if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0)
		return;
	slave = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(slave, 0);
	capture_begin(STDERR_FILENO);
	dup2(slave, STDERR_FILENO);
	if (logfile_open_target("stderr", LOG_FORMAT_AUTO))
		reopen_with_descriptors_up_to(STDERR_FILENO + 1);
	log_reopen();
	is_there = fcntl(STDERR_FILENO, F_GETFD) >= 0;
	log_close();
	capture_end_with("");
	ck_assert(is_there);
	close(slave);
	close(terminal);
}
END_TEST

static const char *const names[] = {"error", "warning", "info", "debug"};

START_TEST(shows_its_level_and_all_worse_ones)
{
	char expected[64] = "";

	use_level((enum log_level)_i);
	for (int level = 0; level < 4; level++)
		log_sentence(
			(enum log_level)level, "start", "%s", names[level]);
	for (int level = 0; level <= _i; level++) {
		strcat(expected, names[level]);
		strcat(expected, "\n");
	}
	logfile_says(expected);
}
END_TEST

START_TEST(names_the_level)
{
	char expected[64];

	use_format(LOG_FORMAT_TEXT);
	log_sentence((enum log_level)_i, "start", "x");
	snprintf(expected, sizeof(expected), "TIME %s - x\n", names[_i]);
	logfile_says(expected);
}
END_TEST

START_TEST(says_nothing_when_it_is_closed)
{
	log_close();
	log_close();
	ck_assert(!log_begin(LOG_LEVEL_ERROR, NULL, "start", 0));
	say("x");
	logfile_says("");
}
END_TEST

START_TEST(tells_why_it_cannot_be_opened)
{
	ck_assert(!logfile_open_target("none/log", LOG_FORMAT_PLAIN));
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(reopens_a_file_that_was_moved)
{
	char *old;

	say("one");
	rename(LOGFILE_NAME, "old");
	say("two");
	ck_assert(log_reopen());
	say("three");
	logfile_says("three\n");
	old = scratch_read("old");
	ck_assert_str_eq(old, "one\ntwo\n");
	free(old);
}
END_TEST

START_TEST(goes_on_in_the_old_file_when_the_new_one_fails)
{
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	ck_assert(logfile_open_target("folder/log", LOG_FORMAT_PLAIN));
	rename("folder/log", LOGFILE_NAME);
	rmdir("folder");
	ck_assert(!log_reopen());
	ck_assert_int_eq(errno, ENOENT);
	say("x");
	logfile_says("x\n");
}
END_TEST

/* Hands standard error, caught, to a log that is opened there. */
static void
log_to_stderr(enum log_format format)
{
	capture_begin(STDERR_FILENO);
	if (!logfile_open_target("stderr", format))
		capture_end_with("the log can be opened");
}

START_TEST(goes_to_standard_error_and_leaves_it_open)
{
	bool goes_there, goes_elsewhere;

	log_to_stderr(LOG_FORMAT_PLAIN);
	goes_there = log_goes_to(STDERR_FILENO);
	goes_elsewhere = log_goes_to(STDOUT_FILENO);
	say("one");
	log_reopen();
	say("two");
	log_close();
	fputs("three\n", stderr);
	capture_end_with("one\ntwo\nthree\n");
	ck_assert(goes_there && !goes_elsewhere);
}
END_TEST

static const struct {
	enum log_format format;
	const char *line;
} journals[] = {
	{LOG_FORMAT_AUTO, "x"},
	{LOG_FORMAT_PLAIN, "x"},
	{LOG_FORMAT_TEXT, " - x"},
	{LOG_FORMAT_JSON, "{"},
};

START_TEST(lines_for_the_journal_begin_with_their_priority)
{
	static const char priorities[] = {'3', '4', '6', '7'};
	struct stat status;
	char stream[64], *text, *line;

	capture_begin(STDERR_FILENO);
	fstat(STDERR_FILENO, &status);
	snprintf(stream, sizeof(stream), "%llu:%llu",
		(unsigned long long)status.st_dev,
		(unsigned long long)status.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	logfile_open_target("stderr", journals[_i].format);
	for (int level = 0; level < 4; level++)
		log_sentence((enum log_level)level, "start", "x");
	log_close();
	line = text = capture_end();
	for (int level = 0; level < 4; level++) {
		ck_assert_int_eq(line[0], '<');
		ck_assert_int_eq(line[1], priorities[level]);
		ck_assert_int_eq(line[2], '>');
		if (_i < 2)
			ck_assert_mem_eq(line + 3, "x\n", 2);
		ck_assert_ptr_nonnull(strstr(line, journals[_i].line));
		line = strchr(line, '\n') + 1;
	}
	ck_assert_int_eq(*line, '\0');
	free(text);
}
END_TEST

/* Spends all that a peer may write, with lines that say nothing. */
static void
spend(const struct log_client *whom, unsigned suppressed)
{
	uint64_t lost = log_lines_lost();

	ck_assert(log_begin(LOG_LEVEL_INFO, whom, "refuse", LIMIT_TOKENS_MAX));
	log_end();
	for (unsigned i = 0; i < suppressed; i++)
		ck_assert(!log_begin(
			LOG_LEVEL_INFO, whom, "refuse", LIMIT_TOKENS_MAX));
	ck_assert_uint_eq(log_lines_lost() - lost, suppressed);
	logfile_forget();
}

START_TEST(suppresses_what_one_peer_causes_too_often)
{
	spend(&client, 3);
	say_all(&client);
	logfile_says("said 1, \\x0a\\x22\n");
	log_tell_suppressed();
	logfile_says("3 lines suppressed about 192.0.2.1\n");
	log_tell_suppressed();
	logfile_says("");
}
END_TEST

START_TEST(tells_what_was_suppressed_as_json)
{
	struct log_client other = {9, "192.0.2.9:80", NULL, 0, NULL};

	use_format(LOG_FORMAT_JSON);
	spend(&other, 1);
	log_tell_suppressed();
	logfile_says("{\"time\":\"TIME\",\"level\":\"warning\","
		     "\"event\":\"suppressed\",\"lines\":1,"
		     "\"why\":\"lines suppressed about \","
		     "\"about\":\"192.0.2.9\"}\n");
}
END_TEST

START_TEST(a_peer_that_shares_the_tokens_is_suppressed_too)
{
	struct log_client other = {9, "192.0.2.10:80", NULL, 0, NULL};
	uint64_t lost;
	char peer[32];

	spend(&other, 2);
	lost = log_lines_lost();
	other.peer = peer;
	for (int i = 0; i < 1024 && log_lines_lost() == lost; i++) {
		snprintf(peer, sizeof(peer), "10.%d.%d.1:1", i / 256, i % 256);
		if (log_begin(LOG_LEVEL_INFO, &other, "connect",
			    LIMIT_TOKENS_A_SECOND))
			log_end();
	}
	ck_assert_uint_eq(log_lines_lost(), lost + 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log");
	TCase *cases = tcase_create("log");

	tcase_add_checked_fixture(cases, set_up, logfile_close);
	tcase_add_test(cases, plain_is_the_bare_sentence);
	tcase_add_test(cases, text_has_time_level_and_connection_first);
	tcase_add_test(cases, json_is_an_object_a_line);
	tcase_add_test(cases, a_sentence_is_a_message_as_json);
	tcase_add_test(cases, a_sentence_is_cut);
	tcase_add_test(cases, auto_is_text_in_a_file);
	tcase_add_test(cases, auto_is_plain_on_a_terminal);
	tcase_add_test(cases, never_closes_the_standard_error_of_a_terminal);
	tcase_add_loop_test(cases, shows_its_level_and_all_worse_ones, 0, 4);
	tcase_add_loop_test(cases, names_the_level, 0, 4);
	tcase_add_test(cases, says_nothing_when_it_is_closed);
	tcase_add_test(cases, tells_why_it_cannot_be_opened);
	tcase_add_test(cases, reopens_a_file_that_was_moved);
	tcase_add_test(cases, goes_on_in_the_old_file_when_the_new_one_fails);
	tcase_add_test(cases, goes_to_standard_error_and_leaves_it_open);
	tcase_add_loop_test(cases,
		lines_for_the_journal_begin_with_their_priority, 0,
		COUNT_OF(journals));
	tcase_add_test(cases, suppresses_what_one_peer_causes_too_often);
	tcase_add_test(cases, tells_what_was_suppressed_as_json);
	tcase_add_test(cases, a_peer_that_shares_the_tokens_is_suppressed_too);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
