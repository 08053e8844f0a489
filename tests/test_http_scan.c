/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "protocol/http.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

/* What scanning came to, and how many bytes were there by then. */
struct outcome {
	struct verdict verdict;
	struct http_scanner scanner;
	size_t received;
};

/* Scans data as they come in chunks, each time again from a guard page. */
static struct outcome
scan(struct slice data, size_t chunk)
{
	struct outcome outcome = {VERDICT_FINE, {0}, 0};

	while (outcome.received < data.length &&
		outcome.scanner.head_length == 0 &&
		verdict_is_fine(outcome.verdict)) {
		size_t left = data.length - outcome.received;
		char *copy;

		outcome.received += left < chunk ? left : chunk;
		copy = guard_copy(data.data, outcome.received);
		outcome.verdict =
			http_scan(&outcome.scanner, copy, outcome.received);
		guard_free(copy, outcome.received);
	}
	return outcome;
}

/* With chunks of this size, when so many bytes are needed. */
static size_t
received_by(size_t needed, size_t length, size_t chunk)
{
	if (chunk >= length)
		return length;
	needed = (needed + chunk - 1) / chunk * chunk;
	return needed < length ? needed : length;
}

#define BEHIND "\x81\x85\x37\xFA\n\r\x7F behind"

static const struct {
	const char *before, *head;
} heads[] = {
	{"", "GET / HTTP/1.1\r\n\r\n"},
	{"", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
	{"\r\n\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"},
	{"", "HTTP/1.1 101 Switching Protocols\r\nA:\tb\r\nC: "
	     "\xE4\xFF\r\n\r\n"},
	{"", "x\r\n\r\n"},
};

START_TEST(finds_the_end_of_a_head_in_chunks_of_any_size)
{
	size_t before = strlen(heads[_i].before);
	size_t length = strlen(heads[_i].head);
	char data[200];
	struct slice all = {data, 0};

	all.length = (size_t)snprintf(data, sizeof(data), "%s%s%s",
		heads[_i].before, heads[_i].head, BEHIND);
	for (size_t i = 0; i < chunk_size_count; i++) {
		struct outcome outcome = scan(all, chunk_sizes[i]);

		ck_assert(verdict_is_fine(outcome.verdict));
		ck_assert_uint_eq(outcome.scanner.start, before);
		ck_assert_uint_eq(outcome.scanner.head_length, length);
		ck_assert_uint_eq(
			outcome.received, received_by(before + length,
						  all.length, chunk_sizes[i]));
	}
}
END_TEST

START_TEST(an_unfinished_head_has_no_length)
{
	struct slice head = slice_of("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r");

	for (; head.length > 0; head.length--) {
		struct outcome outcome = scan(head, SIZE_MAX);

		ck_assert(verdict_is_fine(outcome.verdict));
		ck_assert_uint_eq(outcome.scanner.head_length, 0);
	}
}
END_TEST

/* So no peer can make the head be read again at each of its segments. */
START_TEST(looks_at_each_byte_once)
{
	char data[] = "GET / HTTP/1.1\r\nHost: a\r\nB: cde\r\n\r\n";
	size_t length = strlen(data);
	struct http_scanner scanner = {0};

	for (size_t i = 0; i < length; i++) {
		ck_assert(verdict_is_fine(http_scan(&scanner, data, i + 1)));
		ck_assert_uint_eq(scanner.position, i + 1);
		if (i > 0)
			data[i - 1] = '\0';
	}
	ck_assert_uint_eq(scanner.head_length, length);
	ck_assert(verdict_is_fine(http_scan(&scanner, data, length)));
	ck_assert_uint_eq(scanner.head_length, length);
}
END_TEST

static const struct {
	const char *data;
	size_t length;
	size_t bad; /* the first byte that makes it hopeless */
} bad_heads[] = {
	{"\n", 1, 0},
	{"\r\r\n", 3, 1},
	{"GET / HTTP/1.1\n", 15, 14},
	{"GET / HTTP/1.1\r\r\n", 17, 15},
	{"GET / HTTP/1.1\rHost", 19, 15},
	{"GET / HTTP/1.1\r\n\n", 17, 16},
	{"GET / HTTP/1.1\r\nA: b\nC: d", 25, 20},
	{"GET / HTTP/1.1\r\nA: b\rC: d", 25, 21},
	{"GET / HTTP/1.1\r\nA: \0b", 21, 19},
	{"GET /\0 HTTP/1.1", 15, 5},
	{"\x16\x03\x01\x02", 4, 0},
};

START_TEST(fails_at_the_first_byte_that_no_head_could_have)
{
	struct slice data = {bad_heads[_i].data, bad_heads[_i].length};

	for (size_t i = 0; i < chunk_size_count; i++) {
		struct outcome outcome = scan(data, chunk_sizes[i]);

		ck_assert_uint_eq(outcome.verdict.code, HTTP_BAD_REQUEST);
		ck_assert_ptr_nonnull(outcome.verdict.why);
		ck_assert_uint_eq(
			outcome.received, received_by(bad_heads[_i].bad + 1,
						  data.length, chunk_sizes[i]));
	}
}
END_TEST

START_TEST(rejects_control_characters_but_the_tab)
{
	char data[] = "GET / HTTP/1.1\r\nA: b?c\r\n\r\n";
	char *place = strchr(data, '?');

	for (int c = 0; c < 256; c++) {
		bool legal = c == '\t' || (c >= 0x20 && c != 0x7F);
		struct outcome outcome;

		*place = (char)c;
		outcome =
			scan((struct slice){data, sizeof(data) - 1}, SIZE_MAX);
		ck_assert_uint_eq(
			outcome.verdict.code, legal ? 0 : HTTP_BAD_REQUEST);
	}
}
END_TEST

/* A request line of so many bytes, fields, and padding up to a whole length. */
static struct slice
long_head(char *memory, size_t line, size_t fields, size_t length)
{
	size_t used = 0;

	memset(memory, 'a', line);
	memcpy(memory, "GET /", 5);
	memcpy(memory + line - 9, " HTTP/1.1\r\n", 11);
	used = line + 2;
	for (size_t i = 0; i < fields; i++, used += 6)
		memcpy(memory + used, "A: b\r\n", 6);
	if (used + 2 < length) {
		memset(memory + used, 'c', length - used);
		memcpy(memory + used, "Pad: ", 5);
		memcpy(memory + length - 4, "\r\n", 2);
		used = length - 2;
	}
	memcpy(memory + used, "\r\n", 2);
	return (struct slice){memory, used + 2};
}

static const struct {
	size_t line, fields, length;
	unsigned code;
} limits[] = {
	{HTTP_REQUEST_LINE_MAX - 2, 0, 0, 0},
	{HTTP_REQUEST_LINE_MAX, 0, 0, 0},
	{HTTP_REQUEST_LINE_MAX + 1, 0, 0, HTTP_URI_TOO_LONG},
	{3 * HTTP_REQUEST_LINE_MAX, 0, 0, HTTP_URI_TOO_LONG},
	{14, HTTP_FIELDS_MAX, 0, 0},
	{14, HTTP_FIELDS_MAX + 1, 0, HTTP_FIELDS_TOO_LARGE},
	{14, 2000, 0, HTTP_FIELDS_TOO_LARGE},
	{14, 1, HTTP_HEAD_MAX, 0},
	{14, 1, HTTP_HEAD_MAX + 1, HTTP_FIELDS_TOO_LARGE},
	{14, 1, 3 * HTTP_HEAD_MAX, HTTP_FIELDS_TOO_LARGE},
};

START_TEST(limits_the_line_the_fields_and_the_whole_head)
{
	static char memory[4 * HTTP_HEAD_MAX];
	struct slice head = long_head(
		memory, limits[_i].line, limits[_i].fields, limits[_i].length);

	for (size_t i = 0; i < chunk_size_count; i++) {
		struct http_scanner scanner = {0};
		struct verdict verdict = VERDICT_FINE;
		size_t received = 0;

		while (received < head.length && verdict_is_fine(verdict)) {
			received = head.length - received < chunk_sizes[i]
					   ? head.length
					   : received + chunk_sizes[i];
			verdict = http_scan(&scanner, head.data, received);
		}
		ck_assert_uint_eq(verdict.code, limits[_i].code);
		if (limits[_i].code == 0)
			ck_assert_uint_eq(scanner.head_length, head.length);
		ck_assert_uint_le(scanner.position, HTTP_HEAD_MAX + 1);
	}
}
END_TEST

START_TEST(empty_lines_without_end_are_no_head)
{
	char data[HTTP_HEAD_MAX + 2];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = "\r\n"[i % 2];
	ck_assert_uint_eq(
		scan((struct slice){data, sizeof(data)}, 4096).verdict.code,
		HTTP_FIELDS_TOO_LARGE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_scan");
	TCase *cases = tcase_create("http_scan");

	tcase_add_loop_test(cases,
		finds_the_end_of_a_head_in_chunks_of_any_size, 0,
		COUNT_OF(heads));
	tcase_add_test(cases, an_unfinished_head_has_no_length);
	tcase_add_test(cases, looks_at_each_byte_once);
	tcase_add_loop_test(cases,
		fails_at_the_first_byte_that_no_head_could_have, 0,
		COUNT_OF(bad_heads));
	tcase_add_test(cases, rejects_control_characters_but_the_tab);
	tcase_add_loop_test(cases,
		limits_the_line_the_fields_and_the_whole_head, 0,
		COUNT_OF(limits));
	tcase_add_test(cases, empty_lines_without_end_are_no_head);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
