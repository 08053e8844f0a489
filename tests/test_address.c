/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "suite.h"
#include "transport/address.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_PORT 12345

static const struct {
	const char *text, *formatted;
} addresses[] = {
	{"192.0.2.1", "192.0.2.1:12345"},
	{"192.0.2.1:80", "192.0.2.1:80"},
	{"192.0.2.1:0", "192.0.2.1:0"},
	{"0.0.0.0:65535", "0.0.0.0:65535"},
	{"::", "[::]:12345"},
	{"::1", "[::1]:12345"},
	{"2001:db8::1", "[2001:db8::1]:12345"},
	{"[2001:db8::1]", "[2001:db8::1]:12345"},
	{"[2001:db8::1]:80", "[2001:db8::1]:80"},
	{"[::ffff:192.0.2.1]:80", "[::ffff:192.0.2.1]:80"},
	{"2001:DB8:0:0:0:0:0:1", "[2001:db8::1]:12345"},
	{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:12345"},
	{"unix:/run/wsserver", "unix:/run/wsserver"},
	{"unix:relative:80", "unix:relative:80"},
};

START_TEST(reads_and_writes_an_address)
{
	struct address address;
	char text[ADDRESS_TEXT_SIZE];

	ck_assert(address_parse(&address, addresses[_i].text, DEFAULT_PORT));
	address_format(&address, text);
	ck_assert_str_eq(text, addresses[_i].formatted);
}
END_TEST

static const char *const malformed[] = {
	"",
	":",
	":80",
	"localhost",
	"localhost:80",
	"192.0.2",
	"192.0.2.1:",
	"192.0.2.1:65536",
	"192.0.2.1:99999999999999999999999",
	"192.0.2.1:-1",
	"192.0.2.1:+1",
	"192.0.2.1: 1",
	"192.0.2.1:80x",
	"192.0.2.256",
	" 192.0.2.1",
	"[192.0.2.1]:80",
	"[localhost]:80",
	"[]",
	"[",
	"]",
	"[::1",
	"[::1]80",
	"[::1]:",
	"[::1]:65536",
	"[::1]]",
	"[[::1]]",
	"::1::",
	"1:2:3:4:5:6:7:8:9",
	"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555",
	"[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255.255]:80",
	"unix:",
	"unix",
};

START_TEST(refuses_what_is_no_address)
{
	size_t size = strlen(malformed[_i]) + 1;
	char *text = guard_copy(malformed[_i], size);
	struct address address;

	ck_assert(!address_parse(&address, text, DEFAULT_PORT));
	guard_free(text, size);
}
END_TEST

/* A path that fills the address, but for the NUL, is the longest. */
static void
check_path_of_length(size_t length, bool fits)
{
	char text[ADDRESS_TEXT_SIZE * 2] = "unix:";
	char formatted[ADDRESS_TEXT_SIZE];
	struct address address;

	memset(text + strlen("unix:"), 'p', length);
	ck_assert(address_parse(&address, text, 0) == fits);
	if (!fits)
		return;
	address_format(&address, formatted);
	ck_assert_str_eq(formatted, text);
}

START_TEST(takes_unix_paths_up_to_the_longest)
{
	size_t size = sizeof(((struct sockaddr_un *)NULL)->sun_path);

	check_path_of_length(1, true);
	check_path_of_length(size - 1, true);
	check_path_of_length(size, false);
	check_path_of_length(size + 1, false);
}
END_TEST

START_TEST(formats_a_unix_socket_without_a_name)
{
	struct address address = {.length = sizeof(sa_family_t)};
	char text[ADDRESS_TEXT_SIZE];

	address.socket.any.sa_family = AF_UNIX;
	address_format(&address, text);
	ck_assert_str_eq(text, "unix");
	address.length = sizeof(struct sockaddr_un);
	address_format(&address, text);
	ck_assert_str_eq(text, "unix");
	ck_assert(address_is_unix(&address));
}
END_TEST

static struct address
parsed(const char *text)
{
	struct address address;

	ck_assert(address_parse(&address, text, DEFAULT_PORT));
	return address;
}

START_TEST(changes_the_port)
{
	struct address ipv4 = parsed("192.0.2.1"), ipv6 = parsed("::1"),
		       path = parsed("unix:/path");

	ck_assert_uint_eq(address_port(&ipv4), DEFAULT_PORT);
	address_set_port(&ipv4, 65535);
	ck_assert_uint_eq(address_port(&ipv4), 65535);
	ck_assert_uint_eq(ntohs(ipv4.socket.ipv4.sin_port), 65535);
	address_set_port(&ipv6, 1);
	ck_assert_uint_eq(address_port(&ipv6), 1);
	ck_assert(!address_is_unix(&ipv6));
	address_set_port(&path, 1);
	ck_assert_uint_eq(address_port(&path), 0);
	ck_assert_str_eq(path.socket.path.sun_path, "/path");
}
END_TEST

static const struct {
	const char *text;
	bool is_loopback;
} reaches[] = {
	{"127.0.0.1", true},
	{"127.255.255.255", true},
	{"126.255.255.255", false},
	{"128.0.0.1", false},
	{"0.0.0.0", false},
	{"::1", true},
	{"::", false},
	{"::2", false},
	{"fe80::1", false},
	{"unix:/path", true},
};

START_TEST(knows_what_only_this_machine_reaches)
{
	struct address address = parsed(reaches[_i].text);

	ck_assert(address_is_loopback(&address) == reaches[_i].is_loopback);
}
END_TEST

static const struct {
	const char *text, *unmapped;
} mappings[] = {
	{"[::ffff:192.0.2.1]:80", "192.0.2.1:80"},
	{"[::ffff:127.0.0.1]:80", "127.0.0.1:80"},
	{"[::fffe:192.0.2.1]:80", "[::fffe:c000:201]:80"},
	{"[::1]:80", "[::1]:80"},
	{"192.0.2.1:80", "192.0.2.1:80"},
	{"unix:/path", "unix:/path"},
};

START_TEST(unmaps_ipv4_within_ipv6)
{
	struct address address = parsed(mappings[_i].text);
	char text[ADDRESS_TEXT_SIZE];

	address_unmap(&address);
	address_format(&address, text);
	ck_assert_str_eq(text, mappings[_i].unmapped);
}
END_TEST

static const struct {
	const char *text;
	size_t length;
	unsigned char host[ADDRESS_HOST_SIZE];
} hosts[] = {
	{"192.0.2.1", 4, {192, 0, 2, 1}},
	{"2001:db8:1:2:3:4:5:6", 8, {0x20, 0x01, 0x0D, 0xB8, 0, 1, 0, 2}},
	{"unix:/path", 0, {0}},
};

START_TEST(names_a_host_by_ipv4_or_the_first_half_of_ipv6)
{
	struct address address = parsed(hosts[_i].text);
	unsigned char host[ADDRESS_HOST_SIZE] = {0};

	ck_assert_uint_eq(address_host(&address, host), hosts[_i].length);
	ck_assert_mem_eq(host, hosts[_i].host, sizeof(host));
}
END_TEST

static const char *const bare[][2] = {
	{"192.0.2.1:80", "192.0.2.1"},
	{"[2001:db8::1]:80", "[2001:db8::1]"},
	{"unix:/path", "unix:/path"},
};

START_TEST(writes_an_address_without_its_port)
{
	struct address address = parsed(bare[_i][0]);
	char text[ADDRESS_TEXT_SIZE];

	address_format_host(&address, text);
	ck_assert_str_eq(text, bare[_i][1]);
}
END_TEST

START_TEST(is_made_of_the_bytes_of_an_ip_address)
{
	static const unsigned char host[16] = {
		0x20, 0x01, 0x0D, 0xB8, [15] = 1};
	struct address address;
	char text[ADDRESS_TEXT_SIZE];

	address_from_host(&address, host, 4, 65535);
	address_format(&address, text);
	ck_assert_str_eq(text, "32.1.13.184:65535");
	ck_assert_uint_eq(address.length, sizeof(struct sockaddr_in));
	address_from_host(&address, host, 16, 1);
	address_format(&address, text);
	ck_assert_str_eq(text, "[2001:db8::1]:1");
	ck_assert_uint_eq(address.length, sizeof(struct sockaddr_in6));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("address");
	TCase *cases = tcase_create("address");

	tcase_add_loop_test(
		cases, reads_and_writes_an_address, 0, COUNT_OF(addresses));
	tcase_add_loop_test(
		cases, refuses_what_is_no_address, 0, COUNT_OF(malformed));
	tcase_add_test(cases, takes_unix_paths_up_to_the_longest);
	tcase_add_test(cases, formats_a_unix_socket_without_a_name);
	tcase_add_test(cases, changes_the_port);
	tcase_add_loop_test(cases, knows_what_only_this_machine_reaches, 0,
		COUNT_OF(reaches));
	tcase_add_loop_test(
		cases, unmaps_ipv4_within_ipv6, 0, COUNT_OF(mappings));
	tcase_add_loop_test(cases,
		names_a_host_by_ipv4_or_the_first_half_of_ipv6, 0,
		COUNT_OF(hosts));
	tcase_add_loop_test(
		cases, writes_an_address_without_its_port, 0, COUNT_OF(bare));
	tcase_add_test(cases, is_made_of_the_bytes_of_an_ip_address);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
