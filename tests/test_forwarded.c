/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "protocol/forwarded.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define REQUEST "GET / HTTP/1.1\r\n"
#define HOPS_MAX 8

/* The first byte of each hop's address, 0 for what is none. */
static const struct {
	const char *fields;
	size_t count;
	unsigned char hosts[HOPS_MAX];
} requests[] = {
	{"Host: a\r\n", 0, {0}},
	{"X-Forwarded-For:\r\n", 0, {0}},
	{"X-Forwarded-For: ,, ,\r\n", 0, {0}},
	{"X-Forwarded-For: 1.0.0.1\r\n", 1, {1}},
	{"x-forwarded-for:\t1.0.0.1:80 \r\n", 1, {1}},
	{"X-Forwarded-For: 1.0.0.1,2.0.0.2 , 3.0.0.3\r\n", 3, {1, 2, 3}},
	{"X-Forwarded-For: 1.0.0.1,,2.0.0.2,\r\n", 2, {1, 2}},
	{"X-Forwarded-For: 1.0.0.1\r\nHost: a\r\nX-Forwarded-For: 2.0.0.2\r\n",
		2, {1, 2}},
	{"X-Forwarded-For: unknown, 2.0.0.2, _3, 400.0.0.4\r\n", 4,
		{0, 2, 0, 0}},
	{"X-Forwarded-For: [2001:db8::1]:80, 2001:db8::2\r\n", 2, {0x20, 0x20}},
	{"X-Forwarded-For: \"1.0.0.1\"\r\n", 1, {0}},
	{"X-Forwarded-For-Not: 1.0.0.1\r\n", 0, {0}},
};

START_TEST(walks_over_the_hops_from_the_client_on)
{
	char text[256];
	size_t length = (size_t)snprintf(
		text, sizeof(text), REQUEST "%s\r\n", requests[_i].fields);
	char *copy = guard_copy(text, length);
	struct http_head request;
	struct http_list list;
	struct endpoint hop;

	ck_assert(verdict_is_fine(
		http_request_parse((struct slice){copy, length}, &request)));
	list = forwarded_list(&request);
	for (size_t i = 0; i < requests[_i].count; i++) {
		unsigned char host = requests[_i].hosts[i];

		ck_assert(forwarded_next(&list, &hop));
		ck_assert((hop.host_length > 0) == (host > 0));
		if (host > 0)
			ck_assert_uint_eq(hop.host[0], host);
	}
	ck_assert(!forwarded_next(&list, &hop));
	guard_free(copy, length);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("forwarded");
	TCase *cases = tcase_create("forwarded");

	tcase_add_loop_test(cases, walks_over_the_hops_from_the_client_on, 0,
		COUNT_OF(requests));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
