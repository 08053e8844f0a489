/* SPDX-License-Identifier: MIT */
#include "protocol/response.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define CONTENT_TYPE "Content-Type: text/plain; charset=utf-8\r\n"
#define CLOSE "Connection: close\r\n"
#define UPGRADE                                                                \
	"Upgrade: websocket\r\nConnection: Upgrade\r\n"                        \
	"Sec-WebSocket-Version: 13\r\n"

/* A status line, and what follows the Date. */
static const struct {
	struct verdict verdict;
	bool is_to_head;
	const char *line, *rest;
} refusals[] = {
	{{400, "why"}, false, "400 Bad Request",
		CONTENT_TYPE "Content-Length: 4\r\n" CLOSE "\r\nwhy\n"},
	{{400, "why"}, true, "400 Bad Request",
		CONTENT_TYPE "Content-Length: 4\r\n" CLOSE "\r\n"},
	{{403, ""}, false, "403 Forbidden",
		CONTENT_TYPE "Content-Length: 1\r\n" CLOSE "\r\n\n"},
	{{204, "options"}, false, "204 No Content",
		"Allow: GET, HEAD, OPTIONS\r\n" CLOSE "\r\n"},
	{{405, "no"}, false, "405 Method Not Allowed",
		"Allow: GET, HEAD, OPTIONS\r\n" CONTENT_TYPE
		"Content-Length: 3\r\n" CLOSE "\r\nno\n"},
	{{408, "no"}, false, "408 Request Timeout",
		CONTENT_TYPE "Content-Length: 3\r\n" CLOSE "\r\nno\n"},
	{{414, "no"}, false, "414 URI Too Long",
		CONTENT_TYPE "Content-Length: 3\r\n" CLOSE "\r\nno\n"},
	{{426, "no"}, false, "426 Upgrade Required",
		UPGRADE CONTENT_TYPE "Content-Length: 3\r\n" CLOSE "\r\nno\n"},
	{{431, "no"}, false, "431 Request Header Fields Too Large",
		CONTENT_TYPE "Content-Length: 3\r\n" CLOSE "\r\nno\n"},
	{{503, "full"}, false, "503 Service Unavailable",
		"Retry-After: 5\r\n" CONTENT_TYPE "Content-Length: 5\r\n" CLOSE
		"\r\nfull\n"},
	{{505, "no"}, false, "505 HTTP Version Not Supported",
		CONTENT_TYPE "Content-Length: 3\r\n" CLOSE "\r\nno\n"},
};

/* RFC 9110 section 5.6.7, in the C locale that the tests run in. */
static void
format_date(time_t moment, char *text, size_t size)
{
	struct tm parts;

	gmtime_r(&moment, &parts);
	strftime(text, size, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
}

/* The response, written within one second, and the Date of that. */
static void
write_response(const struct response *response, char *bytes, char date[64])
{
	char head[RESPONSE_HEAD_SIZE];
	struct slice content = response_content(response);
	struct slice written;
	time_t now = 1763900000;

	format_date(now, date, 64);
	written = response_write_head(response, now, head);
	ck_assert_ptr_eq(written.data, head);
	memcpy(bytes, head, written.length);
	if (content.length > 0)
		memcpy(bytes + written.length, content.data, content.length);
	bytes[written.length + content.length] = '\0';
}

static void
assert_writes(
	const struct response *response, const char *line, const char *rest)
{
	char bytes[2 * RESPONSE_HEAD_SIZE], expected[2 * RESPONSE_HEAD_SIZE];
	char date[64];

	write_response(response, bytes, date);
	snprintf(expected, sizeof(expected), "HTTP/1.1 %s\r\n%s%s", line, date,
		rest);
	ck_assert_str_eq(bytes, expected);
}

START_TEST(a_verdict_is_a_line_of_text)
{
	char line[RESPONSE_LINE_SIZE];
	struct response response = response_refuse(refusals[_i].verdict, line);

	response.is_to_head = refusals[_i].is_to_head;
	assert_writes(&response, refusals[_i].line, refusals[_i].rest);
}
END_TEST

/* A reason of a Close frame, the longest a verdict may have. */
START_TEST(the_longest_sentence_fits_a_line)
{
	char line[RESPONSE_LINE_SIZE], why[124];
	struct response response;

	memset(why, 'w', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	response = response_refuse((struct verdict){426, why}, line);
	ck_assert_uint_eq(response.body.length, sizeof(why));
	ck_assert_int_eq(response.body.data[sizeof(why) - 1], '\n');
}
END_TEST

START_TEST(a_page_has_its_type_and_its_fields)
{
	struct response response = {.status = 200,
		.type = "text/html",
		.fields = "Cache-Control: no-cache\r\n",
		.body = slice_of("<p>")};

	assert_writes(&response, "200 OK",
		"Cache-Control: no-cache\r\n"
		"Content-Type: text/html\r\n"
		"Content-Length: 3\r\n" CLOSE "\r\n<p>");
}
END_TEST

START_TEST(the_longest_fields_fit)
{
	char fields[RESPONSE_FIELDS_MAX + 1], head[RESPONSE_HEAD_SIZE];
	struct response response = {.status = 426, .fields = fields};
	struct slice written;

	memset(fields, 'f', RESPONSE_FIELDS_MAX);
	fields[RESPONSE_FIELDS_MAX] = '\0';
	written = response_write_head(&response, 0, head);
	ck_assert_ptr_nonnull(strstr(head, fields));
	ck_assert_mem_eq(written.data + written.length - 4, "\r\n\r\n", 4);
}
END_TEST

/* RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5. */
START_TEST(some_statuses_have_no_body)
{
	static const unsigned statuses[] = {204, 205, 304};
	struct response response = {
		.status = statuses[_i], .body = slice_of("x")};
	char head[RESPONSE_HEAD_SIZE];

	response_write_head(&response, 0, head);
	ck_assert_ptr_null(strstr(head, "Content-"));
	ck_assert_uint_eq(response_content(&response).length, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("response");
	TCase *cases = tcase_create("response");

	tcase_add_loop_test(
		cases, a_verdict_is_a_line_of_text, 0, COUNT_OF(refusals));
	tcase_add_test(cases, the_longest_sentence_fits_a_line);
	tcase_add_test(cases, a_page_has_its_type_and_its_fields);
	tcase_add_test(cases, the_longest_fields_fit);
	tcase_add_loop_test(cases, some_statuses_have_no_body, 0, 3);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
