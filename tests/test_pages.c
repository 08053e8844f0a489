/* SPDX-License-Identifier: MIT */
#include "server/pages.h"
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
	bool has_body;
	const char *line, *rest;
} pages[] = {
	{{400, "why"}, true, "400 Bad Request",
		CONTENT_TYPE "Content-Length: 4\r\n" CLOSE "\r\nwhy\n"},
	{{400, "why"}, false, "400 Bad Request",
		CONTENT_TYPE "Content-Length: 4\r\n" CLOSE "\r\n"},
	{{403, ""}, true, "403 Forbidden",
		CONTENT_TYPE "Content-Length: 1\r\n" CLOSE "\r\n\n"},
	{{204, "options"}, true, "204 No Content",
		"Allow: GET, HEAD, OPTIONS\r\n" CLOSE "\r\n"},
	{{405, "no"}, true, "405 Method Not Allowed",
		"Allow: GET, HEAD, OPTIONS\r\n" CONTENT_TYPE
		"Content-Length: 3\r\n" CLOSE "\r\nno\n"},
	{{408, "no"}, true, "408 Request Timeout",
		CONTENT_TYPE "Content-Length: 3\r\n" CLOSE "\r\nno\n"},
	{{414, "no"}, true, "414 URI Too Long",
		CONTENT_TYPE "Content-Length: 3\r\n" CLOSE "\r\nno\n"},
	{{426, "no"}, true, "426 Upgrade Required",
		UPGRADE CONTENT_TYPE "Content-Length: 3\r\n" CLOSE "\r\nno\n"},
	{{431, "no"}, true, "431 Request Header Fields Too Large",
		CONTENT_TYPE "Content-Length: 3\r\n" CLOSE "\r\nno\n"},
	{{503, "full"}, true, "503 Service Unavailable",
		"Retry-After: 5\r\n" CONTENT_TYPE "Content-Length: 5\r\n" CLOSE
		"\r\nfull\n"},
	{{505, "no"}, true, "505 HTTP Version Not Supported",
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

/* The page, written within one second, and the Date of that. */
static struct slice
write_page(char page[PAGE_SIZE_MAX], int i, char date[64])
{
	struct slice bytes;
	time_t before;

	do {
		before = time(NULL);
		bytes = page_write(page, pages[i].verdict, pages[i].has_body);
	} while (time(NULL) != before);
	format_date(before, date, 64);
	return bytes;
}

START_TEST(writes_a_whole_response)
{
	char page[PAGE_SIZE_MAX], date[64], expected[PAGE_SIZE_MAX];
	struct slice bytes = write_page(page, _i, date);

	snprintf(expected, sizeof(expected), "HTTP/1.1 %s\r\n%s%s",
		pages[_i].line, date, pages[_i].rest);
	ck_assert_ptr_eq(bytes.data, page);
	ck_assert_str_eq(page, expected);
	ck_assert_uint_eq(bytes.length, strlen(expected));
}
END_TEST

/* A reason of a Close frame, the longest a verdict may have, fits well. */
START_TEST(the_longest_sentence_leaves_room)
{
	char page[PAGE_SIZE_MAX], why[126];
	struct slice bytes;

	memset(why, 'w', sizeof(why) - 1);
	why[sizeof(why) - 1] = '\0';
	bytes = page_write(page, (struct verdict){426, why}, true);
	ck_assert_uint_lt(bytes.length, PAGE_SIZE_MAX / 2);
	ck_assert_uint_eq(bytes.length, strlen(page));
}
END_TEST

static const struct {
	const char *method;
	unsigned status;
} methods[] = {
	{"GET", 426},
	{"HEAD", 426},
	{"OPTIONS", 204},
	{"POST", 405},
	{"PUT", 405},
	{"DELETE", 405},
	{"CONNECT", 405},
	{"get", 405},
	{"G", 405},
	{"", 405},
};

START_TEST(finds_what_a_plain_request_is_answered)
{
	struct http_head request = {.method = slice_of(methods[_i].method)};
	struct verdict verdict = page_find(&request);

	ck_assert_uint_eq(verdict.code, methods[_i].status);
	ck_assert_ptr_nonnull(verdict.why);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pages");
	TCase *cases = tcase_create("pages");

	tcase_add_loop_test(cases, writes_a_whole_response, 0, COUNT_OF(pages));
	tcase_add_test(cases, the_longest_sentence_leaves_room);
	tcase_add_loop_test(cases, finds_what_a_plain_request_is_answered, 0,
		COUNT_OF(methods));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
