/* SPDX-License-Identifier: MIT */
/* The log where it cannot be written, and by many at once. */
#include "logfile.h"
#include "scratch.h"
#include "suite.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIFO "fifo"
#define FIFO_SIZE (4 << 20)

#define WRITERS 4
#define LINES_EACH 2000
#define MOVES 10
#define PADDING "................................................"

static void
set_up(void)
{
	logfile_open(LOG_FORMAT_PLAIN, LOG_LEVEL_INFO);
}

static void
say(int number)
{
	log_sentence(LOG_LEVEL_INFO, "start", "line %d", number);
}

static unsigned
count_lines(const char *text)
{
	unsigned count = 0;

	while ((text = strchr(text, '\n')) != NULL) {
		count++;
		text++;
	}
	return count;
}

/* What waits in the pipe, as a string to be freed. */
static char *
drain(int reader)
{
	char *text = calloc(1, FIFO_SIZE);
	size_t length = 0;
	ssize_t taken;

	ck_assert_ptr_nonnull(text);
	while ((taken = read(reader, text + length, FIFO_SIZE - 1 - length)) >
		0)
		length += (size_t)taken;
	return text;
}

/* Logs into a pipe until lines are lost. Returns how many it took. */
static unsigned
fill(void)
{
	uint64_t lost = log_lines_lost();
	unsigned count = 0;

	while (log_lines_lost() == lost && count < FIFO_SIZE / 10)
		say((int)count++);
	return count - 1;
}

static int
open_fifo(void)
{
	int reader;

	ck_assert_int_eq(mkfifo(FIFO, 0600), 0);
	reader = open(FIFO, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_ge(reader, 0);
	ck_assert(logfile_open_target(FIFO, LOG_FORMAT_PLAIN));
	return reader;
}

START_TEST(drops_and_counts_what_a_full_pipe_does_not_take)
{
	uint64_t lost = log_lines_lost();
	int reader = open_fifo();
	unsigned written = fill();
	char *text;

	say(-1);
	say(-1);
	ck_assert_uint_eq(log_lines_lost() - lost, 3);
	text = drain(reader);
	ck_assert_uint_eq(count_lines(text), written);
	ck_assert_ptr_null(strstr(text, "-1"));
	free(text);
	say(7);
	say(8);
	text = drain(reader);
	ck_assert_str_eq(text, "3 log lines not written\nline 7\nline 8\n");
	free(text);
	ck_assert_uint_eq(log_lines_lost() - lost, 3);
	close(reader);
}
END_TEST

START_TEST(tells_what_was_dropped_as_json)
{
	ck_assert(logfile_open_target("/dev/full", LOG_FORMAT_JSON));
	say(1);
	ck_assert(logfile_open_target(LOGFILE_NAME, LOG_FORMAT_JSON));
	say(2);
	logfile_says("{\"time\":\"TIME\",\"level\":\"warning\","
		     "\"event\":\"suppressed\",\"lines\":1,"
		     "\"why\":\"log lines not written\",\"about\":\"\"}\n"
		     "{\"time\":\"TIME\",\"level\":\"info\","
		     "\"event\":\"start\",\"message\":\"line 2\"}\n");
}
END_TEST

START_TEST(tells_later_what_a_full_device_did_not_take)
{
	uint64_t lost = log_lines_lost();

	ck_assert_int_eq(symlink("/dev/full", "link"), 0);
	ck_assert(logfile_open_target("link", LOG_FORMAT_PLAIN));
	say(1);
	say(2);
	ck_assert_uint_eq(log_lines_lost() - lost, 2);
	unlink("link");
	ck_assert_int_eq(symlink(LOGFILE_NAME, "link"), 0);
	ck_assert(log_reopen());
	say(3);
	logfile_says("2 log lines not written\nline 3\n");
}
END_TEST

static void *
write_lines(void *argument)
{
	struct log_client client = {
		*(uint64_t *)argument, "peer", NULL, 0, NULL};

	for (int i = 0; i < LINES_EACH; i++) {
		if (!log_begin(LOG_LEVEL_INFO, &client, "message", 0))
			continue;
		log_say("%d %d " PADDING, (int)client.number, i);
		log_end();
	}
	return NULL;
}

static void
start_writers(pthread_t threads[WRITERS], uint64_t numbers[WRITERS])
{
	for (uint64_t i = 0; i < WRITERS; i++) {
		numbers[i] = i;
		ck_assert_int_eq(pthread_create(&threads[i], NULL, write_lines,
					 &numbers[i]),
			0);
	}
}

static void
join_writers(pthread_t threads[WRITERS])
{
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
}

/* Each writer's lines come whole, each in its turn. */
static void
check_lines(char *text, int next[WRITERS])
{
	char *rest, *line;

	for (line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		char expected[80];
		unsigned writer = (unsigned)(line[0] - '0');

		ck_assert_uint_lt(writer, WRITERS);
		snprintf(expected, sizeof(expected), "%u %d " PADDING, writer,
			next[writer]++);
		ck_assert_str_eq(line, expected);
	}
}

static void
check_file(const char *name, int next[WRITERS])
{
	char *text = scratch_read(name);

	check_lines(text, next);
	free(text);
}

static void
check_complete(const int next[WRITERS])
{
	for (int i = 0; i < WRITERS; i++)
		ck_assert_int_eq(next[i], LINES_EACH);
}

/* Old files are "0", "1" and so on. */
START_TEST(loses_and_tears_no_line_while_files_are_moved)
{
	uint64_t lost = log_lines_lost(), numbers[WRITERS];
	pthread_t threads[WRITERS];
	int next[WRITERS] = {0};
	char name[16];

	start_writers(threads, numbers);
	for (int i = 0; i < MOVES; i++) {
		usleep(1000);
		snprintf(name, sizeof(name), "%d", i);
		ck_assert_int_eq(rename(LOGFILE_NAME, name), 0);
		ck_assert(log_reopen());
	}
	join_writers(threads);
	for (int i = 0; i < MOVES; i++) {
		snprintf(name, sizeof(name), "%d", i);
		check_file(name, next);
	}
	check_file(LOGFILE_NAME, next);
	check_complete(next);
	ck_assert_uint_eq(log_lines_lost(), lost);
}
END_TEST

/* Reads what writers log, through a pipe that is full at times. */
START_TEST(tears_no_line_in_a_pipe_and_counts_each_one_lost)
{
	uint64_t lost = log_lines_lost(), numbers[WRITERS];
	int reader = open_fifo();
	pthread_t threads[WRITERS];
	unsigned written = 0;
	char *text, *line, *rest;

	start_writers(threads, numbers);
	usleep(5000);
	text = drain(reader);
	join_writers(threads);
	rest = drain(reader);
	ck_assert_uint_lt(strlen(text) + strlen(rest), FIFO_SIZE);
	strcat(text, rest);
	free(rest);
	for (line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		const char *end = strstr(line, PADDING);

		if (strstr(line, " log lines not written") != NULL)
			continue;
		ck_assert(end != NULL && end[strlen(PADDING)] == '\0');
		written++;
	}
	free(text);
	ck_assert_uint_eq(
		written + log_lines_lost() - lost, WRITERS * LINES_EACH);
	close(reader);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("losses");
	TCase *cases = tcase_create("losses");

	tcase_add_checked_fixture(cases, set_up, logfile_close);
	tcase_add_test(cases, drops_and_counts_what_a_full_pipe_does_not_take);
	tcase_add_test(cases, tells_what_was_dropped_as_json);
	tcase_add_test(cases, tells_later_what_a_full_device_did_not_take);
	tcase_add_test(cases, loses_and_tears_no_line_while_files_are_moved);
	tcase_add_test(cases, tears_no_line_in_a_pipe_and_counts_each_one_lost);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
