/* SPDX-License-Identifier: MIT */
#include "client/outlet.h"
#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define LARGE 1000000

static struct outlet outlet;
static struct buffer bytes;
static int ends[2];

static void
set_up(void)
{
	static char large[LARGE];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert(buffer_append(&bytes, (struct slice){large, LARGE}));
	outlet_init(&outlet, ends[1]);
}

static void
tear_down(void)
{
	buffer_release(&bytes);
	close(ends[0]);
	close(ends[1]);
}

START_TEST(never_waits_for_a_reader)
{
	char data[PIPE_BUF];
	size_t left;

	outlet_write(&outlet, &bytes);
	left = buffer_length(&bytes);
	ck_assert_uint_gt(left, 0);
	ck_assert_uint_lt(left, LARGE);
	outlet_write(&outlet, &bytes);
	ck_assert_uint_eq(buffer_length(&bytes), left);
	ck_assert_int_eq(read(ends[0], data, sizeof(data)), PIPE_BUF);
	outlet_write(&outlet, &bytes);
	ck_assert_uint_eq(buffer_length(&bytes), left - PIPE_BUF);
	ck_assert_int_eq(outlet.failure, 0);
}
END_TEST

START_TEST(writes_all_to_a_file_at_once)
{
	FILE *file = tmpfile();

	outlet_init(&outlet, fileno(file));
	ck_assert(outlet.is_file);
	outlet_write(&outlet, &bytes);
	ck_assert_uint_eq(buffer_length(&bytes), 0);
	ck_assert_int_eq(lseek(fileno(file), 0, SEEK_END), LARGE);
	fclose(file);
}
END_TEST

START_TEST(drops_all_when_the_reader_has_gone)
{
	close(ends[0]);
	outlet_write(&outlet, &bytes);
	ck_assert_int_eq(outlet.failure, EPIPE);
	ck_assert_uint_eq(buffer_length(&bytes), 0);
	ends[0] = dup(ends[1]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("outlet");
	TCase *cases = tcase_create("outlet");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, never_waits_for_a_reader);
	tcase_add_test(cases, writes_all_to_a_file_at_once);
	tcase_add_test(cases, drops_all_when_the_reader_has_gone);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
