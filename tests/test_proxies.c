/* SPDX-License-Identifier: MIT */
#include "memory_transport.h"
#include "server/proxies.h"
#include "suite.h"
#include "transport/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define BEHIND "\x16\x03\x01 this is TLS"
#define HEADER "PROXY TCP4 192.0.2.1 198.51.100.1 56376 443\r\n"
#define LONG_TIME 30000
#define SHORT_TIME 20

static const char *texts[] = {"10.0.0.0/8", "2001:db8::/32", "unix"};
static struct network *networks;
static struct proxies proxies;
static struct memory_transport memory;
static atomic_bool interrupted;
static struct address client;

static void
set_up(void)
{
	const struct option_list list = {texts, COUNT_OF(texts)};

	networks = proxies_networks(&list);
	ck_assert_ptr_nonnull(networks);
	proxies = (struct proxies){networks, COUNT_OF(texts), true};
	atomic_store(&interrupted, false);
	client = (struct address){.length = 0};
}

static void
tear_down(void)
{
	free(networks);
}

static const struct {
	const char *address;
	bool is_trusted;
} strangers[] = {
	{"10.1.2.3", true},
	{"[2001:db8::1]:80", true},
	{"unix:/path", true},
	{"11.1.2.3", false},
	{"127.0.0.1", false},
	{"::1", false},
};

START_TEST(trusts_whom_it_was_told_to)
{
	struct address address;

	ck_assert(address_parse(&address, strangers[_i].address, 0));
	ck_assert(
		proxies_trust(&proxies, &address) == strangers[_i].is_trusted);
	proxies.trusted_count = 0;
	ck_assert(!proxies_trust(&proxies, &address));
}
END_TEST

static void
assert_client(const char *expected)
{
	char text[ADDRESS_TEXT_SIZE];

	address_format(&client, text);
	ck_assert_str_eq(text, expected);
}

/* Receives the header; the bytes behind it must be left. */
static const char *
receive(int64_t time)
{
	return proxies_receive_header(
		&memory.transport, deadline_after(time), &interrupted, &client);
}

static void
assert_left(const char *text)
{
	char rest[64];
	size_t length = 0;
	ssize_t received;

	while (length < sizeof(rest) &&
		(received = memory.transport.type->receive(&memory.transport,
			 rest + length, sizeof(rest) - length)) != 0)
		if (received > 0)
			length += (size_t)received;
	ck_assert_uint_eq(length, strlen(text));
	ck_assert_mem_eq(rest, text, length);
}

static const struct {
	const char *bytes;
	size_t length;
	const char *client; /* NULL: none is told */
} headers[] = {
#define BYTES(header) header BEHIND, sizeof(header BEHIND) - 1
	{BYTES(HEADER), "192.0.2.1:56376"},
	{BYTES("PROXY UNKNOWN\r\n"), NULL},
	{BYTES(SIGNATURE "\x20\0\0\0"), NULL},
	{BYTES(SIGNATURE
		 "\x21\x11\0\x0C\xC0\0\2\1\xC6\x33\x64\1\xDC\x38\1\xBB"),
		"192.0.2.1:56376"},
	{BYTES(SIGNATURE "\x21\x11\0\x11\xC0\0\2\1\xC6\x33\x64\1\xDC\x38\1\xBB"
			 "extra"),
		"192.0.2.1:56376"},
	{BYTES("PROXY TCP6 ::ffff:192.0.2.1 ::1 56376 443\r\n"),
		"192.0.2.1:56376"},
};

static void
assert_receives(int header, int variant)
{
	struct slice bytes = {headers[header].bytes, headers[header].length};

	client = (struct address){.length = 0};
	memory_transport_init_variant(&memory, bytes, variant);
	ck_assert_ptr_null(receive(LONG_TIME));
	if (headers[header].client != NULL)
		assert_client(headers[header].client);
	else
		ck_assert_uint_eq(client.length, 0);
	assert_left(BEHIND);
	memory_transport_release(&memory);
}

START_TEST(receives_a_header_and_nothing_behind_it)
{
	for (int variant = 0; variant < MEMORY_TRANSPORT_VARIANTS; variant++)
		assert_receives(_i, variant);
}
END_TEST

/* More than is looked at. */
START_TEST(skips_long_extensions)
{
	static const char start[] =
		SIGNATURE "\x21\x11\xFF\xFF\xC0\0\2\1\xC6\x33\x64\1\xDC\x38\1";
	size_t length = 16 + 65535;
	char *bytes = calloc(1, length + strlen(BEHIND));

	ck_assert_ptr_nonnull(bytes);
	memcpy(bytes, start, sizeof(start) - 1);
	memcpy(bytes + length, BEHIND, strlen(BEHIND));
	for (int i = 0; i < MEMORY_TRANSPORT_VARIANTS; i++) {
		memory_transport_init_variant(&memory,
			(struct slice){bytes, length + strlen(BEHIND)}, i);
		ck_assert_ptr_null(receive(LONG_TIME));
		assert_client("192.0.2.1:56376");
		assert_left(BEHIND);
		memory_transport_release(&memory);
	}
	free(bytes);
}
END_TEST

static void
assert_fails(const char *bytes, int64_t time, const char *why)
{
	memory_transport_init(&memory, slice_of(bytes), SIZE_MAX);
	memory.stalls = time < LONG_TIME;
	ck_assert_str_eq(receive(time), why);
	ck_assert_uint_eq(client.length, 0);
	memory_transport_release(&memory);
}

START_TEST(says_why_there_is_no_header)
{
	assert_fails("GET / HTTP/1.1\r\n\r\n", LONG_TIME, "no PROXY header");
	assert_fails("\x16\x03\x01", LONG_TIME, "no PROXY header");
	assert_fails("", LONG_TIME, "no PROXY header before the end");
	assert_fails("PROXY TCP4", LONG_TIME, "no PROXY header before the end");
	assert_fails("", SHORT_TIME, "no PROXY header came in time");
	assert_fails("PROXY TCP4", SHORT_TIME, "no PROXY header came in time");
}
END_TEST

START_TEST(takes_a_header_that_comes_soon_though_interrupted)
{
	atomic_store(&interrupted, true);
	assert_receives(0, _i);
}
END_TEST

START_TEST(does_not_wait_long_once_interrupted)
{
	int64_t start = clock_now();

	atomic_store(&interrupted, true);
	memory_transport_init(&memory, slice_of("PROXY"), SIZE_MAX);
	memory.stalls = true;
	ck_assert_str_eq(receive(LONG_TIME), "no PROXY header came in time");
	ck_assert_int_lt(clock_now() - start, LONG_TIME);
	memory_transport_release(&memory);
}
END_TEST

static const struct {
	const char *value, *client; /* NULL: nobody */
} chains[] = {
	{"192.0.2.1", "192.0.2.1:0"},
	{"192.0.2.1:80", "192.0.2.1:80"},
	{"1.1.1.1, 192.0.2.1", "192.0.2.1:0"},
	{"1.1.1.1, 192.0.2.1, 10.0.0.1", "192.0.2.1:0"},
	{"10.9.9.9, 192.0.2.1, 10.0.0.1, 2001:db8::1", "192.0.2.1:0"},
	{"10.0.0.1, 10.0.0.2", "10.0.0.1:0"},
	{"1.1.1.1, unknown, 192.0.2.1, 10.0.0.1", "192.0.2.1:0"},
	{"1.1.1.1, unknown, 10.0.0.1, 10.0.0.2", "10.0.0.1:0"},
	{"1.1.1.1, unknown", NULL},
	{"unknown", NULL},
	{"", NULL},
	{"2001:db9::7, [2001:db8::1]:80", "[2001:db9::7]:0"},
	{"::ffff:192.0.2.1, ::ffff:10.0.0.1", "192.0.2.1:0"},
};

START_TEST(believes_the_last_hop_that_is_not_trusted)
{
	struct http_head request;
	char text[256];

	snprintf(text, sizeof(text),
		"GET / HTTP/1.1\r\nX-Forwarded-For: %s\r\n\r\n",
		chains[_i].value);
	ck_assert(
		verdict_is_fine(http_request_parse(slice_of(text), &request)));
	ck_assert(proxies_find_client(&proxies, &request, &client) ==
		  (chains[_i].client != NULL));
	if (chains[_i].client != NULL)
		assert_client(chains[_i].client);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("proxies");
	TCase *cases = tcase_create("proxies");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(
		cases, trusts_whom_it_was_told_to, 0, COUNT_OF(strangers));
	tcase_add_loop_test(cases, receives_a_header_and_nothing_behind_it, 0,
		COUNT_OF(headers));
	tcase_add_test(cases, skips_long_extensions);
	tcase_add_test(cases, says_why_there_is_no_header);
	tcase_add_loop_test(cases,
		takes_a_header_that_comes_soon_though_interrupted, 0,
		MEMORY_TRANSPORT_VARIANTS);
	tcase_add_test(cases, does_not_wait_long_once_interrupted);
	tcase_add_loop_test(cases, believes_the_last_hop_that_is_not_trusted, 0,
		COUNT_OF(chains));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
