/* SPDX-License-Identifier: MIT */
#include "server/console.h"
#include "suite.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#define PAGE_MAX (1 << 17)

static char page[PAGE_MAX];
static char fields[RESPONSE_FIELDS_MAX + 1];

static void
write_page(bool has_faults)
{
	struct buffer body = {0};
	struct slice bytes;

	ck_assert(console_write(&body, has_faults));
	bytes = buffer_bytes(&body);
	ck_assert_uint_lt(bytes.length, sizeof(page));
	memcpy(page, bytes.data, bytes.length);
	page[bytes.length] = '\0';
	ck_assert_uint_eq(strlen(page), bytes.length);
	buffer_release(&body);
}

/* The fields for a request that names this host, in a whole field line. */
static void
write_fields(const char *host)
{
	struct http_head request = {.fields = slice_of(host)};

	ck_assert(console_write_fields(&request, fields));
}

static size_t
count(const char *text)
{
	size_t found = 0;

	for (const char *at = page; (at = strstr(at, text)) != NULL; at++)
		found++;
	return found;
}

START_TEST(the_page_is_one_whole)
{
	write_page(false);
	ck_assert_ptr_eq(strstr(page, "<!DOCTYPE html>\n"), page);
	ck_assert_str_eq(page + strlen(page) - 8, "</html>\n");
	ck_assert_uint_eq(count("<style>\n"), 1);
	ck_assert_uint_eq(count("</style>\n"), 1);
	ck_assert_uint_eq(count("<script>\n"), 1);
	ck_assert_uint_eq(count("</script>\n"), 1);
	ck_assert_uint_eq(count("@STYLE@"), 0);
	ck_assert_uint_eq(count("@SCRIPT@"), 0);
}
END_TEST

/* What a policy without unsafe-inline would not let happen. */
START_TEST(there_is_no_style_or_script_elsewhere)
{
	static const char *const elsewhere[] = {" style=", " onclick=",
		" onload=", "src=", "<link rel=\"stylesheet\"", "@import",
		"innerHTML", "eval(", "localStorage", "document.cookie"};

	write_page(false);
	for (size_t i = 0; i < COUNT_OF(elsewhere); i++)
		ck_assert_msg(count(elsewhere[i]) == 0, "%s", elsewhere[i]);
}
END_TEST

START_TEST(says_whether_there_are_faults)
{
	static const char *const said[] = {
		"data-faults=\"off\"", "data-faults=\"on\""};

	for (size_t i = 0; i < 2; i++) {
		write_page(i == 1);
		ck_assert_uint_eq(count(said[i]), 1);
		ck_assert_uint_eq(count(said[1 - i]), 0);
	}
}
END_TEST

static const struct {
	const char *directive, *start, *end;
} contents[] = {
	{"style-src", "<style>", "</style>"},
	{"script-src", "<script>", "</script>"},
};

START_TEST(the_policy_has_the_hashes_of_what_is_in_the_page)
{
	unsigned char hash[SHA256_DIGEST_LENGTH];
	char expected[128], text[64];
	const char *start, *end;

	write_page(true);
	write_fields("");
	start = strstr(page, contents[_i].start) + strlen(contents[_i].start);
	end = strstr(page, contents[_i].end);
	ck_assert_ptr_nonnull(end);
	SHA256((const unsigned char *)start, (size_t)(end - start), hash);
	EVP_EncodeBlock((unsigned char *)text, hash, sizeof(hash));
	snprintf(expected, sizeof(expected), "; %s 'sha256-%s'; ",
		contents[_i].directive, text);
	ck_assert_ptr_nonnull(strstr(fields, expected));
}
END_TEST

START_TEST(the_policy_allows_nothing_else)
{
	write_fields("Host: localhost:12345\r\n");
	ck_assert_ptr_eq(strstr(fields, "Content-Security-Policy: default-src "
					"'none'; "),
		fields);
	ck_assert_ptr_null(strstr(fields, "unsafe"));
	ck_assert_ptr_null(strchr(fields, '*'));
	ck_assert_ptr_nonnull(strstr(fields, "; frame-ancestors 'none'\r\n"));
}
END_TEST

static const struct {
	const char *host, *sources;
} hosts[] = {
	{"Host: localhost:12345\r\n",
		" ws://localhost:12345 wss://localhost:12345"},
	{"Host: [::1]:80\r\n", " ws://[::1]:80 wss://[::1]:80"},
	{"Host: example.org\r\n", " ws://example.org wss://example.org"},
	{"", ""},
	{"Host: a;script-src\r\n", ""},
	{"Host: a,b\r\n", ""},
	{"Host: '*'\r\n", ""},
};

START_TEST(it_may_connect_to_its_own_host)
{
	char expected[256];

	write_fields(hosts[_i].host);
	snprintf(expected, sizeof(expected), "; connect-src 'self'%s; ",
		hosts[_i].sources);
	ck_assert_ptr_nonnull(strstr(fields, expected));
}
END_TEST

START_TEST(the_longest_host_leaves_the_fields_whole)
{
	for (size_t length = 1; length < 300; length++) {
		char host[512] = "Host: ";

		memset(host + 6, 'h', length);
		strcpy(host + 6 + length, "\r\n");
		write_fields(host);
		ck_assert_ptr_nonnull(
			strstr(fields, "\r\nCache-Control: no-cache\r\n"));
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("console");
	TCase *cases = tcase_create("console");

	tcase_add_test(cases, the_page_is_one_whole);
	tcase_add_test(cases, there_is_no_style_or_script_elsewhere);
	tcase_add_test(cases, says_whether_there_are_faults);
	tcase_add_loop_test(cases,
		the_policy_has_the_hashes_of_what_is_in_the_page, 0,
		COUNT_OF(contents));
	tcase_add_test(cases, the_policy_allows_nothing_else);
	tcase_add_loop_test(
		cases, it_may_connect_to_its_own_host, 0, COUNT_OF(hosts));
	tcase_add_test(cases, the_longest_host_leaves_the_fields_whole);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
