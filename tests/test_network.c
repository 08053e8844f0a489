/* SPDX-License-Identifier: MIT */
#include "suite.h"
#include "transport/network.h"

static const struct {
	const char *network, *address;
	bool has;
} members[] = {
	{"192.0.2.0/24", "192.0.2.0", true},
	{"192.0.2.0/24", "192.0.2.255", true},
	{"192.0.2.0/24", "192.0.3.0", false},
	{"192.0.2.0/24", "192.0.1.255", false},
	{"192.0.2.0/24", "193.0.2.1", false},
	{"192.0.2.0/23", "192.0.3.255", true},
	{"192.0.2.0/25", "192.0.2.127", true},
	{"192.0.2.0/25", "192.0.2.128", false},
	{"192.0.2.7", "192.0.2.7", true},
	{"192.0.2.7", "192.0.2.6", false},
	{"192.0.2.7/32", "192.0.2.7", true},
	{"192.0.2.6/31", "192.0.2.7", true},
	{"192.0.2.6/31", "192.0.2.8", false},
	{"128.0.0.0/1", "255.0.0.1", true},
	{"128.0.0.0/1", "127.0.0.1", false},
	{"0.0.0.0/0", "203.0.113.1", true},
	{"0.0.0.0/0", "::1", false},
	{"0.0.0.0/0", "unix:/path", false},
	{"2001:db8::/32", "2001:db8:ffff::1", true},
	{"2001:db8::/32", "2001:db9::", false},
	{"2001:db8::/33", "2001:db8:7fff::", true},
	{"2001:db8::/33", "2001:db8:8000::", false},
	{"2001:db8::/127", "2001:db8::1", true},
	{"2001:db8::/127", "2001:db8::2", false},
	{"::1", "::1", true},
	{"::1", "::2", false},
	{"::1/128", "::1", true},
	{"::/0", "2001:db8::1", true},
	{"::/0", "192.0.2.1", false},
	{"::ffff:10.0.0.0/104", "10.255.0.1", true},
	{"::ffff:10.0.0.0/104", "11.0.0.1", false},
	{"::ffff:10.0.0.0/104", "::ffff:10.1.2.3", true},
	{"::ffff:192.0.2.7", "192.0.2.7", true},
	{"::ffff:192.0.2.7", "192.0.2.6", false},
	{"::FFFF:c000:200/120", "192.0.2.255", true},
	{"::ffff:0:0/96", "203.0.113.1", true},
	{"::ffff:0:0/96", "::1", false},
	{"::ffff:0:0/96", "unix:/path", false},
	{"::fffe:0:0/95", "192.0.2.1", false},
	{"::fffe:0:0/96", "0.0.0.1", false},
	{"64:ff9b::/96", "0.0.0.1", false},
	{"unix", "unix:/path", true},
	{"unix", "127.0.0.1", false},
};

START_TEST(has_the_addresses_behind_its_prefix)
{
	struct network network;
	struct address address;

	ck_assert(network_parse(&network, members[_i].network));
	ck_assert(address_parse(&address, members[_i].address, 80));
	address_unmap(&address);
	ck_assert(network_has(&network, &address) == members[_i].has);
}
END_TEST

static const char *const malformed[] = {"", "/", "/24", "192.0.2.0/",
	"192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/+1", "192.0.2.0/024",
	"192.0.2.0/00", "192.0.2.0/24 ", " 192.0.2.0/24", "192.0.2.0/2x",
	"192.0.2.0/4294967320", "192.0.2.0/24/24", "192.0.2.1/24",
	"192.0.2.0/0", "192.0.2/24", "192.0.2.256", "192.0.2.1:80", "[::1]",
	"::1/129", "::1/127", "2001:db8::/28", "2001:db8::/1281",
	"unix:", "unix:/path", "unix/1", "localhost", "*",
	"::ffff:192.0.2.1/12x", "::ffff:192.0.2.1/120", "::ffff:0:0/95",
	"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/1"};

START_TEST(refuses_what_is_no_network)
{
	struct network network;

	ck_assert(!network_parse(&network, malformed[_i]));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("network");
	TCase *cases = tcase_create("network");

	tcase_add_loop_test(cases, has_the_addresses_behind_its_prefix, 0,
		COUNT_OF(members));
	tcase_add_loop_test(
		cases, refuses_what_is_no_network, 0, COUNT_OF(malformed));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
