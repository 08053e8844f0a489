/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "protocol/http.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

/* A head parsed at a guard page, which the next one takes away. */
static struct verdict
parse(const char *text, struct http_head *head)
{
	static char *copy;
	static size_t length;
	bool response = strncmp(text, "HTTP/", 5) == 0;

	if (copy != NULL)
		guard_free(copy, length);
	length = strlen(text);
	copy = guard_copy(text, length);
	return (response ? http_response_parse : http_request_parse)(
		(struct slice){copy, length}, head);
}

static const struct {
	const char *line, *target, *path;
} requests[] = {
	{"GET http://a?b/c HTTP/1.1", "?b/c", "/"},
	{"GET / HTTP/1.1", "/", "/"},
	{"GET /a/b?c=d?/../%00 HTTP/1.1", "/a/b?c=d?/../%00", "/a/b"},
	{"HEAD /%41%7e%7E HTTP/1.0", "/%41%7e%7E", "/%41%7e%7E"},
	{"OPTIONS * HTTP/1.1", "*", "*"},
	{"GET http://a.example HTTP/1.1", "/", "/"},
	{"GET HTTPS://a.example:1/b?c HTTP/1.1", "/b?c", "/b"},
	{"GET ws://[::1]/b HTTP/1.1", "/b", "/b"},
	{"GET wss://a/ HTTP/1.1", "/", "/"},
	{"GET /... HTTP/1.1", "/...", "/..."},
	{"GET /a../.b/c.d/./x HTTP/1.1", "/a../.b/c.d/./x", "/a../.b/c.d/./x"},
};

START_TEST(takes_a_request_line_apart)
{
	char text[200];
	struct http_head head;

	snprintf(text, sizeof(text), "%s\r\n\r\n", requests[_i].line);
	ck_assert(verdict_is_fine(parse(text, &head)));
	ck_assert(slice_equals(head.target, slice_of(requests[_i].target)));
	ck_assert(slice_equals(
		http_head_path(&head), slice_of(requests[_i].path)));
	ck_assert(slice_equals(head.bytes, slice_of(text)));
	ck_assert_uint_eq(head.fields.length, 0);
	ck_assert_mem_eq(head.method.data, text, head.method.length);
	ck_assert_int_eq(head.method.data[head.method.length], ' ');
	ck_assert_uint_eq(head.minor_version, strstr(text, "1.0") ? 0 : 1);
}
END_TEST

static const struct {
	const char *head, *host;
} hosts[] = {
	{"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "h"},
	{"GET / HTTP/1.0\r\n\r\n", ""},
	{"GET http://a HTTP/1.1\r\nHost: h\r\n\r\n", "a"},
	{"GET http://a:1?b HTTP/1.1\r\nHost: h\r\n\r\n", "a:1"},
	{"GET wss://[::1]:1/b HTTP/1.1\r\n\r\n", "[::1]:1"},
};

START_TEST(an_absolute_target_outdoes_host)
{
	struct http_head head;

	ck_assert(verdict_is_fine(parse(hosts[_i].head, &head)));
	ck_assert(
		slice_equals(http_head_host(&head), slice_of(hosts[_i].host)));
}
END_TEST

static const char *const bad_requests[] = {"GET /", "GET", "GET  / HTTP/1.1",
	"GET /  HTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP/1,1",
	"GET / HTTP/x.1", "GET / HTTP/1.x", "GET / HTTP/11.1", "GET / http/1.1",
	" / HTTP/1.1", "G@T / HTTP/1.1", "GET * HTTP/1.1",
	"CONNECT a:1 HTTP/1.1", "GET ftp://a/ HTTP/1.1", "GET /a#b HTTP/1.1",
	"GET /a\tb HTTP/1.1", "GET /\xC3\xA4 HTTP/1.1", "GET /.. HTTP/1.1",
	"GET /../a HTTP/1.1", "GET /a/%2e%2E?b HTTP/1.1",
	"GET /a%2F.%2e%2fb HTTP/1.1", "GET http://a/../b HTTP/1.1",
	"GET /%00 HTTP/1.1", "GET /%4 HTTP/1.1", "GET /%4g HTTP/1.1",
	"GET /%-1 HTTP/1.1", "GET http:///b HTTP/1.1",
	"GET http://?b HTTP/1.1"};
static const char *const later_requests[] = {
	"GET / HTTP/2.0", "PRI * HTTP/2.0", "GET / HTTP/0.9"};

static void
assert_refused(const char *line, unsigned code)
{
	char text[200];
	struct http_head head;
	struct verdict verdict;

	snprintf(text, sizeof(text), "%s\r\nA: b\r\n\r\n", line);
	verdict = parse(text, &head);
	ck_assert_msg(verdict.code == code, "%u for %s", verdict.code, line);
	ck_assert_ptr_nonnull(verdict.why);
}

START_TEST(rejects_malformed_request_lines)
{
	assert_refused(bad_requests[_i], HTTP_BAD_REQUEST);
}
END_TEST

START_TEST(rejects_other_versions_than_1_x)
{
	assert_refused(later_requests[_i], HTTP_VERSION_NOT_SUPPORTED);
}
END_TEST

static const struct {
	const char *line, *reason;
	unsigned status;
} responses[] = {
	{"HTTP/1.1 101 Switching Protocols", "Switching Protocols", 101},
	{"HTTP/1.0 999 ", "", 999},
	{"HTTP/1.1 404", "", 404},
};

START_TEST(takes_a_status_line_apart)
{
	char text[200];
	struct http_head head;

	snprintf(text, sizeof(text), "%s\r\nA: b\r\n\r\n", responses[_i].line);
	ck_assert(verdict_is_fine(parse(text, &head)));
	ck_assert_uint_eq(head.status, responses[_i].status);
	ck_assert(slice_equals(head.reason, slice_of(responses[_i].reason)));
	ck_assert(slice_equals(head.fields, slice_of("A: b\r\n")));
}
END_TEST

static const char *const bad_responses[] = {"HTTP/1.1", "HTTP/1.1  101 x",
	"HTTP/2.0 101 x", "HTTP/1.1x 101 x", "HTTP/1.1 10 x", "HTTP/1.1 1011 x",
	"HTTP/1.1 1O1 x", "HTTP/1.1 099 x"};

START_TEST(rejects_malformed_status_lines)
{
	assert_refused(bad_responses[_i], HTTP_BAD_REQUEST);
}
END_TEST

static const char *const bad_fields[] = {" A: b", "\tA: b", "A: b\r\n c", "A",
	"A : b", ": b", "A\t: b", "A(: b", "\xC3\xA4: b", " "};

START_TEST(rejects_folded_and_malformed_fields_in_both_heads)
{
	char text[100];

	snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nX: y\r\n%s",
		bad_fields[_i]);
	assert_refused(text, HTTP_BAD_REQUEST);
	snprintf(text, sizeof(text), "HTTP/1.1 101 Fine\r\n%s", bad_fields[_i]);
	assert_refused(text, HTTP_BAD_REQUEST);
}
END_TEST

#define FIELDS                                                                 \
	"GET / HTTP/1.1\r\nHost:  a \t\r\nUpgrade: , b,\tC d ,\r\n"            \
	"empty:\r\nupGRADE:websocket:1\r\nUpgrade:\r\nUpgraded: x\r\n\r\n"

START_TEST(walks_over_the_fields_in_order)
{
	static const char *const expected[][2] = {{"Host", "a"},
		{"Upgrade", ", b,\tC d ,"}, {"empty", ""},
		{"upGRADE", "websocket:1"}, {"Upgrade", ""}, {"Upgraded", "x"}};
	struct http_field field;
	struct http_head head;

	ck_assert(verdict_is_fine(parse(FIELDS, &head)));
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		ck_assert(http_field_next(&head.fields, &field));
		ck_assert(slice_equals(field.name, slice_of(expected[i][0])));
		ck_assert(slice_equals(field.value, slice_of(expected[i][1])));
	}
	ck_assert(!http_field_next(&head.fields, &field));
}
END_TEST

START_TEST(counts_fields_of_a_name_without_regard_to_case)
{
	struct slice value = {NULL, 0};
	struct http_head head;

	ck_assert(verdict_is_fine(parse(FIELDS, &head)));
	ck_assert_uint_eq(http_field_find(&head, "Missing", &value), 0);
	ck_assert_ptr_null(value.data);
	ck_assert_uint_eq(http_field_find(&head, "UPGRADE", &value), 3);
	ck_assert(slice_equals(value, slice_of(", b,\tC d ,")));
}
END_TEST

START_TEST(walks_over_a_list_spread_over_fields)
{
	static const char *const expected[] = {
		"", "b", "C d", "", "websocket:1", ""};
	struct http_head head;
	struct http_list list;
	struct slice element;

	ck_assert(verdict_is_fine(parse(FIELDS, &head)));
	list = http_list_of(&head, "Upgrade");
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		ck_assert(http_list_next(&list, &element));
		ck_assert(slice_equals(element, slice_of(expected[i])));
	}
	ck_assert(!http_list_next(&list, &element));
	ck_assert(http_list_has(&head, "upgrade", "B"));
	ck_assert(!http_list_has(&head, "upgrade", "C"));
	ck_assert(!http_list_has(&head, "missing", ""));
}
END_TEST

START_TEST(a_token_has_only_the_characters_of_rfc_9110)
{
	for (int c = 0; c < 256; c++) {
		char text[] = {'a', (char)c};
		bool legal = c != 0 && strchr("!#$%&'*+-.^_`|~0123456789"
					      "abcdefghijklmnopqrstuvwxyz"
					      "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
					       c) != NULL;

		ck_assert(http_is_token((struct slice){text, 2}) == legal);
	}
	ck_assert(!http_is_token(slice_of("")));
}
END_TEST

static const struct {
	unsigned status;
	const char *reason;
} reasons[] = {
	{100, "Continue"},
	{101, "Switching Protocols"},
	{103, "Early Hints"},
	{200, "OK"},
	{203, "Non-Authoritative Information"},
	{204, "No Content"},
	{205, "Reset Content"},
	{226, "IM Used"},
	{300, "Multiple Choices"},
	{302, "Found"},
	{304, "Not Modified"},
	{308, "Permanent Redirect"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{407, "Proxy Authentication Required"},
	{408, "Request Timeout"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{421, "Misdirected Request"},
	{422, "Unprocessable Content"},
	{426, "Upgrade Required"},
	{428, "Precondition Required"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{451, "Unavailable For Legal Reasons"},
	{500, "Internal Server Error"},
	{502, "Bad Gateway"},
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"},
	{505, "HTTP Version Not Supported"},
	{507, "Insufficient Storage"},
	{511, "Network Authentication Required"},
};

START_TEST(each_status_has_its_reason)
{
	ck_assert_str_eq(
		http_status_reason(reasons[_i].status), reasons[_i].reason);
}
END_TEST

static bool
is_unknown(unsigned status)
{
	return strcmp(http_status_reason(status), "Unknown") == 0;
}

/* Numbers without gaps, and the first one behind them. */
static const struct {
	unsigned from, to;
} registered[] = {{100, 104}, {200, 209}, {226, 227}, {300, 306}, {307, 309},
	{400, 418}, {421, 427}, {428, 430}, {431, 432}, {451, 452}, {500, 509},
	{510, 512}, {1000, 1000}};

START_TEST(what_is_not_registered_is_unknown)
{
	unsigned status = 0;

	for (size_t i = 0; i < COUNT_OF(registered); i++) {
		for (; status < registered[i].from; status++)
			ck_assert(is_unknown(status));
		for (; status < registered[i].to; status++)
			ck_assert(!is_unknown(status));
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http");
	TCase *cases = tcase_create("http");

	tcase_add_loop_test(
		cases, each_status_has_its_reason, 0, COUNT_OF(reasons));
	tcase_add_test(cases, what_is_not_registered_is_unknown);
	tcase_add_loop_test(
		cases, takes_a_request_line_apart, 0, COUNT_OF(requests));
	tcase_add_loop_test(
		cases, an_absolute_target_outdoes_host, 0, COUNT_OF(hosts));
	tcase_add_loop_test(cases, rejects_malformed_request_lines, 0,
		COUNT_OF(bad_requests));
	tcase_add_loop_test(cases, rejects_other_versions_than_1_x, 0,
		COUNT_OF(later_requests));
	tcase_add_loop_test(
		cases, takes_a_status_line_apart, 0, COUNT_OF(responses));
	tcase_add_loop_test(cases, rejects_malformed_status_lines, 0,
		COUNT_OF(bad_responses));
	tcase_add_loop_test(cases,
		rejects_folded_and_malformed_fields_in_both_heads, 0,
		COUNT_OF(bad_fields));
	tcase_add_test(cases, walks_over_the_fields_in_order);
	tcase_add_test(cases, counts_fields_of_a_name_without_regard_to_case);
	tcase_add_test(cases, walks_over_a_list_spread_over_fields);
	tcase_add_test(cases, a_token_has_only_the_characters_of_rfc_9110);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
