/* SPDX-License-Identifier: MIT */
#include "capture.h"
#include "log/target.h"
#include "scratch.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define CUT_AT 10

static struct target target;

static void
set_up(void)
{
	unsetenv("JOURNAL_STREAM");
	scratch_enter();
}

static bool
write_text(const char *text)
{
	return target_write(&target, text, strlen(text));
}

static void
assert_file_says(const char *expected)
{
	char *text = scratch_read("file");

	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(makes_a_file_that_only_its_group_reads)
{
	struct stat status;
	mode_t mask = umask(0);

	ck_assert(target_open(&target, "file"));
	umask(mask);
	ck_assert_int_eq(stat("file", &status), 0);
	ck_assert_uint_eq(status.st_mode & 07777, 0640);
	ck_assert(!target_is_plain(&target));
	target_close(&target);
}
END_TEST

START_TEST(appends_to_a_file)
{
	for (int i = 0; i < 2; i++) {
		ck_assert(target_open(&target, "file"));
		ck_assert(write_text("line\n"));
		target_close(&target);
	}
	assert_file_says("line\nline\n");
}
END_TEST

START_TEST(tells_why_a_file_cannot_be_opened)
{
	ck_assert(!target_open(&target, "none/file"));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert(!target_open(&target, "."));
	ck_assert_int_eq(errno, EISDIR);
}
END_TEST

START_TEST(tells_whether_a_file_can_be_opened_and_makes_none)
{
	ck_assert(target_can_open("stderr"));
	ck_assert(target_can_open("file"));
	ck_assert_int_eq(access("file", F_OK), -1);
	ck_assert(target_open(&target, "file"));
	target_close(&target);
	ck_assert(target_can_open("file"));
	ck_assert(!target_can_open("none/file"));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert(!target_can_open("none/"));
	ck_assert(!target_can_open("."));
	ck_assert_int_eq(errno, EISDIR);
}
END_TEST

START_TEST(does_not_wait_for_the_reader_of_a_fifo)
{
	ck_assert_int_eq(mkfifo("file", 0600), 0);
	ck_assert(!target_open(&target, "file"));
	ck_assert_int_eq(errno, ENXIO);
}
END_TEST

START_TEST(leaves_standard_error_open)
{
	ck_assert(target_open(&target, "stderr"));
	target_close(&target);
	ck_assert_int_ge(fcntl(STDERR_FILENO, F_GETFD), 0);
}
END_TEST

START_TEST(knows_its_own_file)
{
	int other = open("other", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	int same;

	ck_assert(target_open(&target, "file"));
	same = open("file", O_RDONLY | O_CLOEXEC);
	ck_assert(target_is_same_file(&target, same));
	ck_assert(!target_is_same_file(&target, other));
	ck_assert(!target_is_same_file(&target, -1));
	target_close(&target);
	close(same);
	close(other);
}
END_TEST

/* Names a file's device and inode as the journal does, or not quite. */
static void
set_journal_stream(int descriptor, int deviation)
{
	char stream[64];
	struct stat status;

	ck_assert_int_eq(fstat(descriptor, &status), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu",
		(unsigned long long)status.st_dev,
		(unsigned long long)status.st_ino +
			(unsigned long long)deviation);
	setenv("JOURNAL_STREAM", stream, 1);
}

START_TEST(knows_the_journal_by_its_stream)
{
	bool is_journal[3];

	capture_begin(STDERR_FILENO);
	for (int deviation = 0; deviation < 2; deviation++) {
		set_journal_stream(STDERR_FILENO, deviation);
		target_open(&target, "stderr");
		is_journal[deviation] = target.is_journal;
	}
	setenv("JOURNAL_STREAM", "journal", 1);
	target_open(&target, "stderr");
	is_journal[2] = target.is_journal;
	capture_end_with("");
	ck_assert(is_journal[0] && !is_journal[1] && !is_journal[2]);
}
END_TEST

START_TEST(a_file_is_never_the_journal)
{
	ck_assert(target_open(&target, "file"));
	set_journal_stream(target.descriptor, 0);
	target_close(&target);
	ck_assert(target_open(&target, "file"));
	ck_assert(!target.is_journal);
	target_close(&target);
}
END_TEST

/* There may be a daemon or none. */
START_TEST(opens_syslog_where_it_is)
{
	bool is_there = access("/dev/log", W_OK) == 0;

	if (target_open(&target, "syslog")) {
		ck_assert(target_is_plain(&target));
		target_close(&target);
	} else {
		ck_assert(!is_there || errno == ECONNREFUSED ||
			  errno == EPROTOTYPE);
	}
}
END_TEST

/* Has a /dev of our own, which is the scratch directory, if we may. */
static bool
take_dev(void)
{
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
	       mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount(".", "/dev", "none", MS_BIND, NULL) == 0;
}

static int
start_syslog(void)
{
	struct sockaddr_un address = {
		.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	int daemon = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	unlink(address.sun_path);
	if (bind(daemon, (struct sockaddr *)&address, sizeof(address)) != 0) {
		close(daemon);
		return -1;
	}
	return daemon;
}

static bool
restarted_syslog_is_found(void)
{
	int daemon = start_syslog();
	bool heard_one = target_open(&target, "syslog") && write_text("one");
	bool heard_nothing;
	char text[8] = "";

	close(daemon);
	heard_nothing = !write_text("two") && !write_text("three");
	daemon = start_syslog();
	return heard_one && heard_nothing && write_text("four") &&
	       read(daemon, text, sizeof(text) - 1) == 4 &&
	       strcmp(text, "four") == 0;
}

/* In a process of its own, whose /dev ends with it. */
START_TEST(finds_a_syslog_daemon_that_was_restarted)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(take_dev() && !restarted_syslog_is_found() ? 1 : 0);
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	unlink("log");
}
END_TEST

static const int priorities[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

START_TEST(begins_a_line_as_the_reader_wants_it)
{
	struct target journal = {.is_journal = true};
	struct target syslog_ = {.is_syslog = true};
	struct target file = {.is_ours = true};
	struct line line = {0};
	char expected[64];

	target_add_prefix(&file, &line, _i);
	ck_assert_uint_eq(line.length, 0);
	target_add_prefix(&journal, &line, _i);
	target_add_prefix(&syslog_, &line, _i);
	snprintf(expected, sizeof(expected),
		"<%d><%d>wsserver[%ld]: ", priorities[_i],
		LOG_DAEMON | priorities[_i], (long)getpid());
	ck_assert_uint_eq(line.length, strlen(expected));
	ck_assert_mem_eq(line.text, expected, line.length);
	ck_assert(target_is_plain(&journal) && target_is_plain(&syslog_));
}
END_TEST

START_TEST(a_full_pipe_takes_no_line_until_it_is_read)
{
	char page[LINE_SIZE] = {0};
	int pipes[2];

	ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
	target = (struct target){.descriptor = pipes[1]};
	while (target_write(&target, page, sizeof(page)))
		;
	ck_assert(!write_text("line\n"));
	ck_assert_int_eq(read(pipes[0], page, sizeof(page)), sizeof(page));
	ck_assert(write_text("line\n"));
	close(pipes[0]);
	close(pipes[1]);
}
END_TEST

START_TEST(fails_at_a_pipe_that_nobody_reads)
{
	void (*handler)(int) = signal(SIGPIPE, SIG_IGN);
	int pipes[2];

	ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
	target = (struct target){.descriptor = pipes[1]};
	close(pipes[0]);
	ck_assert(!write_text("line\n"));
	ck_assert(!target.is_torn);
	close(pipes[1]);
	signal(SIGPIPE, handler);
}
END_TEST

START_TEST(a_device_without_space_takes_no_line)
{
	ck_assert(target_open(&target, "/dev/full"));
	ck_assert(!write_text("line\n"));
	ck_assert(!target.is_torn);
	target.is_torn = true;
	ck_assert(!write_text("line\n"));
	ck_assert(target.is_torn);
	target_close(&target);
}
END_TEST

/* Writes with the file's size limited; check's own files are so as well. */
static bool
write_limited(const char *text, rlim_t size)
{
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	struct rlimit old, limit;
	bool is_written;

	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = size;
	setrlimit(RLIMIT_FSIZE, &limit);
	is_written = write_text(text);
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, handler);
	return is_written;
}

START_TEST(ends_a_line_that_was_torn_before_the_next)
{
	ck_assert(target_open(&target, "file"));
	ck_assert(!write_limited("a line over the limit\n", CUT_AT));
	ck_assert(target.is_torn);
	ck_assert(!write_limited("another\n", CUT_AT));
	ck_assert(target.is_torn);
	ck_assert(write_text("whole\n"));
	ck_assert(!target.is_torn);
	target_close(&target);
	assert_file_says("a line ove\nwhole\n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("target");
	TCase *cases = tcase_create("target");

	tcase_add_checked_fixture(cases, set_up, scratch_leave);
	tcase_add_test(cases, makes_a_file_that_only_its_group_reads);
	tcase_add_test(cases, appends_to_a_file);
	tcase_add_test(cases, tells_why_a_file_cannot_be_opened);
	tcase_add_test(
		cases, tells_whether_a_file_can_be_opened_and_makes_none);
	tcase_add_test(cases, does_not_wait_for_the_reader_of_a_fifo);
	tcase_add_test(cases, leaves_standard_error_open);
	tcase_add_test(cases, knows_its_own_file);
	tcase_add_test(cases, knows_the_journal_by_its_stream);
	tcase_add_test(cases, a_file_is_never_the_journal);
	tcase_add_test(cases, opens_syslog_where_it_is);
	tcase_add_test(cases, finds_a_syslog_daemon_that_was_restarted);
	tcase_add_loop_test(cases, begins_a_line_as_the_reader_wants_it, 0,
		COUNT_OF(priorities));
	tcase_add_test(cases, a_full_pipe_takes_no_line_until_it_is_read);
	tcase_add_test(cases, fails_at_a_pipe_that_nobody_reads);
	tcase_add_test(cases, a_device_without_space_takes_no_line);
	tcase_add_test(cases, ends_a_line_that_was_torn_before_the_next);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
