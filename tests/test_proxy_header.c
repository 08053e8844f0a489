/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "protocol/proxy_header.h"
#include "suite.h"

#include <string.h>

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define BEHIND "GET / HTTP/1.1\r\n\r\n"

/* What parsing came to, and how many bytes were there by then. */
struct outcome {
	bool is_good;
	struct proxy_header header;
	size_t received;
};

/*
 * Receives in chunks, though never more than is missing where is_careful, and
 * parses each time anew, right before a guard page.
 */
static struct outcome
parse(struct slice data, size_t chunk, bool is_careful)
{
	struct outcome outcome = {true, {.missing = 1}, 0};

	while (outcome.is_good && outcome.header.missing > 0 &&
		outcome.received < data.length) {
		size_t size = data.length - outcome.received;
		char *copy;

		if (size > chunk)
			size = chunk;
		if (is_careful && size > outcome.header.missing)
			size = outcome.header.missing;
		outcome.received += size;
		copy = guard_copy(data.data, outcome.received);
		outcome.is_good = proxy_header_parse(
			(struct slice){copy, outcome.received},
			&outcome.header);
		guard_free(copy, outcome.received);
	}
	return outcome;
}

static const struct {
	const char *data;
	size_t length,
		header; /* of the header alone, but for what is skipped */
	size_t skipped;
	size_t host_length;
	unsigned char host[16];
	unsigned port;
} goods[] = {
#define TEXT(header)                                                           \
	header BEHIND, sizeof(header BEHIND) - 1, sizeof(header) - 1
#define BINARY(rest)                                                           \
	SIGNATURE rest BEHIND, sizeof(SIGNATURE rest BEHIND) - 1,              \
		sizeof(SIGNATURE rest) - 1
	{TEXT("PROXY TCP4 192.0.2.1 198.51.100.1 56376 443\r\n"), 0, 4,
		{192, 0, 2, 1}, 56376},
	{TEXT("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"), 0, 4, {0}, 0},
	{TEXT("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n"), 0,
		4, {255, 255, 255, 255}, 65535},
	{TEXT("PROXY TCP6 2001:db8::1 ::1 1 2\r\n"), 0, 16,
		{0x20, 0x01, 0x0D, 0xB8, [15] = 1}, 1},
	{TEXT("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff1 "
	      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
		0, 16,
		{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
			0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xF1},
		65535},
	{TEXT("PROXY UNKNOWN\r\n"), 0, 0, {0}, 0},
	{TEXT("PROXY UNKNOWN ffff:: whatever, it is not looked at\r\n"), 0, 0,
		{0}, 0},
	{BINARY("\x21\x11\0\x0C\xC0\0\2\1\xC6\x33\x64\1\xDC\x38\1\xBB"), 0, 4,
		{192, 0, 2, 1}, 56376},
	{BINARY("\x21\x21\0\x24"
		"\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1"
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
		"\0\x50\0\x51"),
		0, 16, {0x20, 0x01, 0x0D, 0xB8, [15] = 1}, 80},
	{BINARY("\x21\x11\0\x11\xC0\0\2\1\xC6\x33\x64\1\xDC\x38\1\xBB"), 5, 4,
		{192, 0, 2, 1}, 56376},
	{BINARY("\x21\x11\xFF\xFF\xC0\0\2\1\xC6\x33\x64\1\xDC\x38\1\xBB"),
		65523, 4, {192, 0, 2, 1}, 56376},
	{BINARY("\x20\0\0\0"), 0, 0, {0}, 0},
	{BINARY("\x20\x11\0\x0C"), 12, 0, {0}, 0},
	{BINARY("\x20\xEE\0\1"), 1, 0, {0}, 0},
	{BINARY("\x21\0\0\0"), 0, 0, {0}, 0},
	{BINARY("\x21\0\0\7"), 7, 0, {0}, 0},
};

static void
assert_good(const struct outcome *outcome, int i)
{
	const struct endpoint *client = &outcome->header.client;

	ck_assert(outcome->is_good);
	ck_assert_uint_eq(outcome->header.missing, 0);
	ck_assert_uint_eq(
		outcome->header.length, goods[i].header + goods[i].skipped);
	ck_assert_uint_eq(client->host_length, goods[i].host_length);
	ck_assert_mem_eq(client->host, goods[i].host, client->host_length);
	ck_assert_uint_eq(client->port, goods[i].port);
}

START_TEST(takes_a_header_in_chunks_of_any_size)
{
	struct slice data = {goods[_i].data, goods[_i].length};

	for (size_t i = 0; i < chunk_size_count; i++) {
		struct outcome outcome = parse(data, chunk_sizes[i], false);

		assert_good(&outcome, _i);
	}
}
END_TEST

/* What is behind it belongs to TLS. */
START_TEST(never_misses_more_than_the_header_has)
{
	struct slice data = {goods[_i].data, goods[_i].length};

	for (size_t i = 0; i < chunk_size_count; i++) {
		struct outcome outcome = parse(data, chunk_sizes[i], true);

		assert_good(&outcome, _i);
		ck_assert_uint_eq(outcome.received, goods[_i].header);
		ck_assert_uint_le(outcome.received, PROXY_HEADER_HEAD_MAX);
	}
}
END_TEST

START_TEST(an_unfinished_header_misses_something)
{
	struct slice data = {goods[_i].data, goods[_i].header};

	while (data.length > 0) {
		struct outcome outcome;

		data.length--;
		outcome = parse(data, SIZE_MAX, false);
		ck_assert(outcome.is_good);
		ck_assert_uint_gt(outcome.header.missing, 0);
		ck_assert_uint_le(
			outcome.header.missing, goods[_i].header - data.length);
	}
}
END_TEST

START_TEST(a_unix_socket_has_no_address_to_tell)
{
	char data[16 + 216] = SIGNATURE "\x21\x31\0\xD8/path";
	struct slice all = {data, sizeof(data)};

	for (size_t i = 0; i < chunk_size_count; i++) {
		struct outcome outcome = parse(all, chunk_sizes[i], true);

		ck_assert(outcome.is_good);
		ck_assert_uint_eq(outcome.header.length, sizeof(data));
		ck_assert_uint_eq(outcome.received, PROXY_HEADER_HEAD_MAX);
		ck_assert_uint_eq(outcome.header.client.host_length, 0);
	}
}
END_TEST

static const struct {
	const char *data;
	size_t length;
	size_t bad; /* the byte that makes it hopeless, if all before is good */
} bads[] = {
#define BAD(data, bad)                                                         \
	{                                                                      \
		data, sizeof(data) - 1, bad                                    \
	}
	BAD("G", 0),
	BAD("\x16\x03\x01", 0),
	BAD("proxy TCP4", 0),
	BAD("PROXX", 4),
	BAD("PROXY\t", 5),
	BAD("\r\n\r\nGET", 4),
	BAD("\r\n\r\n\0\r\nQUIT\r", 11),
	BAD("\n", 0),
	BAD("PROXY \n", 6),
	BAD("PROXY \r\n", 7),
	BAD("PROXY UNKNOWN\n", 13),
	BAD("PROXY UNKNOWNX\r\n", 15),
	BAD("PROXY  TCP4 1.2.3.4 1.2.3.4 1 1\r\n", 32),
	BAD("PROXY TCP5 1.2.3.4 1.2.3.4 1 1\r\n", 31),
	BAD("PROXY tcp4 1.2.3.4 1.2.3.4 1 1\r\n", 31),
	BAD("PROXY TCP4 1.2.3.4 1.2.3.4 1 1 \r\n", 32),
	BAD("PROXY TCP4 1.2.3.4 1.2.3.4  1 1\r\n", 32),
	BAD("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n", 29),
	BAD("PROXY TCP4 1.2.3.4 1.2.3.4 1 1\n", 30),
	BAD("PROXY TCP4 1.2.3.4 1.2.3.4 1 1 1\r\n", 33),
	BAD("PROXY TCP4 1.2.3.4 1.2.3.4 01 1\r\n", 32),
	BAD("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n", 35),
	BAD("PROXY TCP4 1.2.3.4 1.2.3.256 1 1\r\n", 33),
	BAD("PROXY TCP4 1.2.3.4:1 1.2.3.4 1 1\r\n", 33),
	BAD("PROXY TCP4 ::1 ::1 1 1\r\n", 23),
	BAD("PROXY TCP6 1.2.3.4 1.2.3.4 1 1\r\n", 31),
	BAD("PROXY TCP6 [::1] ::1 1 1\r\n", 25),
	BAD(SIGNATURE "\x11\x11\0\x0C", 15),
	BAD(SIGNATURE "\x22\x11\0\x0C", 15),
	BAD(SIGNATURE "\x21\x12\0\x0C", 15),
	BAD(SIGNATURE "\x21\x22\0\x24", 15),
	BAD(SIGNATURE "\x21\x41\0\x24", 15),
	BAD(SIGNATURE "\x21\x10\0\x0C", 15),
	BAD(SIGNATURE "\x21\x11\0\x0B", 15),
	BAD(SIGNATURE "\x21\x21\0\x23", 15),
	BAD(SIGNATURE "\x21\x31\0\xD7", 15),
};

START_TEST(refuses_what_is_no_header_at_its_first_bad_byte)
{
	struct slice data = {bads[_i].data, bads[_i].length};

	for (size_t i = 0; i < chunk_size_count; i++)
		ck_assert(!parse(data, chunk_sizes[i], false).is_good);
	ck_assert_uint_eq(parse(data, 1, false).received, bads[_i].bad + 1);
}
END_TEST

START_TEST(refuses_a_line_that_is_too_long)
{
	char data[200] = "PROXY UNKNOWN ";
	struct slice all = {data, sizeof(data)};

	memset(data + 14, 'x', sizeof(data) - 14);
	for (size_t i = 0; i < chunk_size_count; i++)
		ck_assert(!parse(all, chunk_sizes[i], false).is_good);
	ck_assert_uint_eq(parse(all, 1, true).received, 107);
	memcpy(data + 105, "\r\n", 2);
	ck_assert(parse(all, SIZE_MAX, false).is_good);
	memcpy(data + 105, "x\r\n", 3);
	ck_assert(!parse(all, SIZE_MAX, false).is_good);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("proxy_header");
	TCase *cases = tcase_create("proxy_header");

	tcase_add_loop_test(cases, takes_a_header_in_chunks_of_any_size, 0,
		COUNT_OF(goods));
	tcase_add_loop_test(cases, never_misses_more_than_the_header_has, 0,
		COUNT_OF(goods));
	tcase_add_loop_test(cases, an_unfinished_header_misses_something, 0,
		COUNT_OF(goods));
	tcase_add_test(cases, a_unix_socket_has_no_address_to_tell);
	tcase_add_loop_test(cases,
		refuses_what_is_no_header_at_its_first_bad_byte, 0,
		COUNT_OF(bads));
	tcase_add_test(cases, refuses_a_line_that_is_too_long);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
