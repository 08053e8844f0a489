/* SPDX-License-Identifier: MIT */
#include "protocol/chunked.h"
#include "suite.h"

#include <string.h>

static struct chunked chunked;
static struct buffer bytes;

static void
tear_down(void)
{
	chunked = (struct chunked){0};
	buffer_release(&bytes);
}

static void
decode(struct slice text, size_t piece)
{
	tear_down();
	for (size_t i = 0; i < text.length; i += piece) {
		size_t left = text.length - i;

		ck_assert(buffer_append(
			&bytes, (struct slice){text.data + i,
					left < piece ? left : piece}));
		chunked_decode(&chunked, &bytes);
	}
}

static void
body_is(const char *body)
{
	struct slice decoded = {buffer_bytes(&bytes).data, chunked.length};

	ck_assert(slice_equals(decoded, slice_of(body)));
}

#define HELLO "5\r\nhello\r\n"

static const struct {
	const char *text, *body;
	bool has_ended;
} bodies[] = {
	{HELLO "6\r\n world\r\n0\r\n\r\n", "hello world", true},
	{HELLO "0\r\nTrailer: x\r\n\r\n", "hello", true},
	{"00b;a=b;c=\"d\"\r\nhello world\r\n0;x\r\n\r\n", "hello world", true},
	{"B \r\nhello world\r\n000\r\n\r\n", "hello world", true},
	{"3\r\n0\r\n\r\n0\r\n\r\n", "0\r\n", true},
	{"5\nhello\n0\n\n", "hello", true},
	{"0\r\n\r\n", "", true},

	/* There is more to come. */
	{"", "", false},
	{"5", "", false},
	{"5\r\nhel", "hel", false},
	{HELLO, "hello", false},
	{HELLO "0", "hello", false},

	/* Malformed: what came before it counts. */
	{HELLO "x\r\n", "hello", true},
	{HELLO "\r\nmore", "hello", true},
	{HELLO "-1\r\nmore", "hello", true},
	{HELLO "0x5\r\nmore", "hello", true},
	{HELLO "5 5\r\nmore", "hello", true},
	{HELLO ";a\r\nmore", "hello", true},
	{"5\r\nhello!\r\n0\r\n\r\n", "hello", true},
	{HELLO "10000000000000000\r\nmore", "hello", true},
	{HELLO "ffffffffffffffffffffffff\r\nmore", "hello", true},
};

START_TEST(takes_a_body_out_of_its_chunks)
{
	for (size_t piece = 1; piece < 50; piece++) {
		decode(slice_of(bodies[_i].text), piece);
		body_is(bodies[_i].body);
		ck_assert_int_eq(chunked.has_ended, bodies[_i].has_ended);
	}
}
END_TEST

START_TEST(takes_any_size_that_there_can_be)
{
	decode(slice_of("ffffffffffffffff\r\nmore"), 1);
	body_is("more");
	ck_assert(!chunked.has_ended);
	ck_assert_uint_eq(chunked.left, UINT64_MAX - 4);
}
END_TEST

START_TEST(gives_up_a_line_without_end)
{
	static char line[CHUNKED_LINE_MAX + 1];

	memset(line, '1', sizeof(line));
	decode((struct slice){line, sizeof(line) - 1}, 100);
	ck_assert(!chunked.has_ended);
	decode((struct slice){line, sizeof(line)}, sizeof(line));
	ck_assert(chunked.has_ended);
	body_is("");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("chunked");
	TCase *cases = tcase_create("chunked");

	tcase_add_checked_fixture(cases, NULL, tear_down);
	tcase_add_loop_test(
		cases, takes_a_body_out_of_its_chunks, 0, COUNT_OF(bodies));
	if (SIZE_MAX == UINT64_MAX)
		tcase_add_test(cases, takes_any_size_that_there_can_be);
	tcase_add_test(cases, gives_up_a_line_without_end);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
