/* SPDX-License-Identifier: MIT */
#include "scratch.h"
#include "server/notify.h"
#include "suite.h"
#include "transport/clock.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct notify notify;
static int manager = -1;
static char name[64];

/* The manager's socket, in the file system or not. */
static void
listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);

	memcpy(address.sun_path, path, length + 1);
	if (*path == '@')
		address.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM, 0);
	ck_assert_int_eq(
		bind(manager, (struct sockaddr *)&address,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				    length)),
		0);
	setenv("NOTIFY_SOCKET", path, 1);
}

static void
set_up(void)
{
	scratch_enter();
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	snprintf(name, sizeof(name), "@wsserver-test-%ld", (long)getpid());
	listen_at(name);
}

static void
tear_down(void)
{
	notify_close(&notify);
	close(manager);
	scratch_leave();
}

static void
assert_told(const char *expected)
{
	char message[1024];
	ssize_t length =
		recv(manager, message, sizeof(message) - 1, MSG_DONTWAIT);

	ck_assert_int_ge(length, 0);
	message[length] = '\0';
	ck_assert_str_eq(message, expected);
}

static void
assert_told_nothing(void)
{
	char byte;

	ck_assert_int_eq(recv(manager, &byte, 1, MSG_DONTWAIT), -1);
}

START_TEST(tells_what_is_going_on)
{
	ck_assert(notify_open(&notify));
	notify_ready(&notify, "all is well");
	assert_told("READY=1\nSTATUS=all is well\n");
	notify_stopping(&notify, "good bye");
	assert_told("STOPPING=1\nSTATUS=good bye\n");
	notify_live(&notify, "still here");
	assert_told("STATUS=still here\n");
	assert_told_nothing();
}
END_TEST

START_TEST(tells_since_when_it_is_reloading)
{
	int64_t before = clock_now(), microseconds = 0;
	char message[1024] = "";

	ck_assert(notify_open(&notify));
	notify_reloading(&notify);
	ck_assert_int_gt(recv(manager, message, sizeof(message) - 1, 0), 0);
	ck_assert_int_eq(
		sscanf(message, "RELOADING=1\nMONOTONIC_USEC=%" SCNd64 "\n",
			&microseconds),
		1);
	ck_assert_int_ge(microseconds / 1000, before);
	ck_assert_int_le(microseconds / 1000, clock_now());
}
END_TEST

START_TEST(finds_a_socket_in_the_file_system)
{
	char path[80], folder[60];

	close(manager);
	ck_assert_ptr_nonnull(getcwd(folder, sizeof(folder)));
	snprintf(path, sizeof(path), "%s/notify", folder);
	listen_at(path);
	ck_assert(notify_open(&notify));
	notify_ready(&notify, "here");
	assert_told("READY=1\nSTATUS=here\n");
}
END_TEST

START_TEST(removes_what_it_read_from_the_environment)
{
	setenv("WATCHDOG_USEC", "1000000", 1);
	setenv("WATCHDOG_PID", "1", 1);
	ck_assert(notify_open(&notify));
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
	ck_assert_ptr_null(getenv("WATCHDOG_USEC"));
	ck_assert_ptr_null(getenv("WATCHDOG_PID"));
}
END_TEST

static const char long_name[] =
	"/a-path-that-is-longer-than-what-a-socket-address-has-room-for"
	"/which-are-but-one-hundred-and-eight-bytes"
	"/with-the-nul";

static const char *const nobody[] = {
	NULL, "", "@", "/", "relative", "vsock:2:1", long_name};

START_TEST(tells_nobody_where_there_is_no_socket)
{
	if (nobody[_i] != NULL)
		setenv("NOTIFY_SOCKET", nobody[_i], 1);
	else
		unsetenv("NOTIFY_SOCKET");
	ck_assert(notify_open(&notify));
	ck_assert_int_eq(notify.descriptor, -1);
	ck_assert(!notify_is_due(&notify));
	ck_assert_int_eq(notify.next, DEADLINE_NEVER);
	notify_ready(&notify, "is there anybody?");
	assert_told_nothing();
}
END_TEST

START_TEST(does_not_mind_a_manager_that_is_gone)
{
	ck_assert(notify_open(&notify));
	close(manager);
	notify_ready(&notify, "is there anybody?");
	listen_at(name);
	notify_ready(&notify, "there you are");
	assert_told("READY=1\nSTATUS=there you are\n");
}
END_TEST

START_TEST(lives_at_half_of_the_watchdogs_time)
{
	int64_t start = clock_now();

	setenv("WATCHDOG_USEC", "100000", 1);
	ck_assert(notify_open(&notify));
	ck_assert_int_eq(notify.interval, 50);
	while (!notify_is_due(&notify))
		usleep(1000);
	ck_assert_int_ge(clock_now() - start, 50);
	notify_live(&notify, "alive");
	assert_told("WATCHDOG=1\nSTATUS=alive\n");
	ck_assert_int_gt(notify.next, start + 50);
}
END_TEST

static const struct {
	const char *usec, *pid; /* "": our own */
	int64_t interval;
	bool is_watched;
} watchdogs[] = {
	{"30000000", NULL, 15000, true},
	{"30000000", "", 15000, true},
	{"30000000", "1", 10000, false},
	{"1", NULL, 10000, false},
	{"1000", NULL, 1, true},
	{"0", NULL, 10000, false},
	{"x", NULL, 10000, false},
	{"99999999999999999999", NULL, 86400000, true},
};

START_TEST(heeds_a_watchdog_that_is_its_own)
{
	char own[32];

	snprintf(own, sizeof(own), "%ld", (long)getpid());
	setenv("WATCHDOG_USEC", watchdogs[_i].usec, 1);
	if (watchdogs[_i].pid != NULL)
		setenv("WATCHDOG_PID",
			*watchdogs[_i].pid != '\0' ? watchdogs[_i].pid : own,
			1);
	ck_assert(notify_open(&notify));
	ck_assert_int_eq(notify.interval, watchdogs[_i].interval);
	ck_assert(notify.is_watched == watchdogs[_i].is_watched);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("notify");
	TCase *cases = tcase_create("notify");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, tells_what_is_going_on);
	tcase_add_test(cases, tells_since_when_it_is_reloading);
	tcase_add_test(cases, finds_a_socket_in_the_file_system);
	tcase_add_test(cases, removes_what_it_read_from_the_environment);
	tcase_add_loop_test(cases, tells_nobody_where_there_is_no_socket, 0,
		COUNT_OF(nobody));
	tcase_add_test(cases, does_not_mind_a_manager_that_is_gone);
	tcase_add_test(cases, lives_at_half_of_the_watchdogs_time);
	tcase_add_loop_test(cases, heeds_a_watchdog_that_is_its_own, 0,
		COUNT_OF(watchdogs));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
