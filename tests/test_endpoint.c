/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "protocol/endpoint.h"
#include "suite.h"

#include <string.h>

static bool
parse(const char *text, struct endpoint *endpoint)
{
	size_t length = strlen(text);
	char *copy = guard_copy(text, length);
	bool is_good = endpoint_parse(endpoint, (struct slice){copy, length});

	guard_free(copy, length);
	return is_good;
}

static const struct {
	const char *text;
	size_t host_length;
	unsigned char host[16];
	unsigned port;
} endpoints[] = {
	{"192.0.2.1", 4, {192, 0, 2, 1}, 0},
	{"192.0.2.1:80", 4, {192, 0, 2, 1}, 80},
	{"255.255.255.255:65535", 4, {255, 255, 255, 255}, 65535},
	{"192.0.2.1:0", 4, {192, 0, 2, 1}, 0},
	{"::", 16, {0}, 0},
	{"::1", 16, {[15] = 1}, 0},
	{"[::1]", 16, {[15] = 1}, 0},
	{"[::1]:8080", 16, {[15] = 1}, 8080},
	{"2001:DB8::1", 16, {0x20, 0x01, 0x0D, 0xB8, [15] = 1}, 0},
	{"[::ffff:192.0.2.1]:1", 16,
		{[10] = 0xFF, [11] = 0xFF, [12] = 192, [14] = 2, [15] = 1}, 1},
};

START_TEST(reads_an_address_with_or_without_a_port)
{
	struct endpoint endpoint;

	ck_assert(parse(endpoints[_i].text, &endpoint));
	ck_assert_uint_eq(endpoint.host_length, endpoints[_i].host_length);
	ck_assert_mem_eq(
		endpoint.host, endpoints[_i].host, endpoint.host_length);
	ck_assert_uint_eq(endpoint.port, endpoints[_i].port);
}
END_TEST

static const char *const malformed[] = {"", " ", "unknown", "_hidden",
	"192.0.2", "192.0.2.1.1", "192.0.2.256", "192.0.02.1",
	"192.0.2.1:", "192.0.2.1:x", "192.0.2.1:080", "192.0.2.1:65536",
	"192.0.2.1:-1", "192.0.2.1:4294967376", "192.0.2.1 ", " 192.0.2.1",
	"192.0.2.1:80:80", "[192.0.2.1]", "[192.0.2.1]:80", "[", "[]", "]",
	"[::1", "[::1]x", "[::1]:", "[::1]80", "[::1]:65536", "[[::1]]",
	"::1%lo", ":::", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7",
	"g::", "localhost",
	"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"};

START_TEST(refuses_what_is_no_endpoint)
{
	struct endpoint endpoint;

	ck_assert(!parse(malformed[_i], &endpoint));
}
END_TEST

START_TEST(refuses_a_nul_behind_an_address)
{
	struct endpoint endpoint;

	ck_assert(!endpoint_parse(
		&endpoint, (struct slice){"192.0.2.1\0:80", 13}));
	ck_assert(
		!endpoint_parse(&endpoint, (struct slice){"192.0.2.1\0", 10}));
	ck_assert(!endpoint_parse(&endpoint, (struct slice){"::1\0", 4}));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("endpoint");
	TCase *cases = tcase_create("endpoint");

	tcase_add_loop_test(cases, reads_an_address_with_or_without_a_port, 0,
		COUNT_OF(endpoints));
	tcase_add_loop_test(
		cases, refuses_what_is_no_endpoint, 0, COUNT_OF(malformed));
	tcase_add_test(cases, refuses_a_nul_behind_an_address);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
