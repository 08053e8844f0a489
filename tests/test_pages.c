/* SPDX-License-Identifier: MIT */
#include "memory_transport.h"
#include "server/pages.h"
#include "suite.h"
#include "transport/clock.h"

#include <stdio.h>
#include <string.h>

#define UPGRADE                                                                \
	"Connection: Upgrade\r\nUpgrade: websocket\r\n"                        \
	"Sec-WebSocket-Version: 13\r\n"                                        \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static const struct connection_settings settings = {.role = ROLE_SERVER};

static struct memory_transport memory;
static struct connection *connection;
static struct http_head request;
static struct page_context context;
static char answer[1 << 20];

/* A client asks, as in "GET /", with more fields. */
static void
ask(const char *method_and_target, const char *fields)
{
	static char head[1024];
	struct verdict verdict;

	snprintf(head, sizeof(head), "%s HTTP/1.1\r\nHost: h\r\n%s\r\n",
		method_and_target, fields);
	memory_transport_init(&memory, slice_of(head), SIZE_MAX);
	connection = connection_new(&memory.transport, &settings, NULL);
	ck_assert_ptr_nonnull(connection);
	ck_assert(connection_receive_request(
		connection, deadline_after(10000), &request, &verdict));
	context = (struct page_context){.request = &request};
}

/* All that was sent to the client becomes the answer. */
static void
listen_to_answer(void)
{
	struct slice sent = buffer_bytes(&memory.sent);

	ck_assert_uint_lt(sent.length, sizeof(answer));
	if (sent.length > 0)
		memcpy(answer, sent.data, sent.length);
	answer[sent.length] = '\0';
	connection_free(connection);
	memory_transport_release(&memory);
}

static void
assert_starts(const char *text, const char *start)
{
	ck_assert_msg(strncmp(text, start, strlen(start)) == 0, "%s", text);
}

static const struct {
	const char *request;
	unsigned status; /* of the verdict; 0: the page was sent */
	const char *start, *end;
} pages[] = {
	{"GET /healthz", 0, "HTTP/1.1 200 OK\r\n", "\r\n\r\nok\n"},
	{"GET /healthz?a", 0, "HTTP/1.1 200 OK\r\n", "\r\n\r\nok\n"},
	{"HEAD /healthz", 0, "HTTP/1.1 200 OK\r\n", "close\r\n\r\n"},
	{"OPTIONS /healthz", 0, "HTTP/1.1 204 No", "close\r\n\r\n"},
	{"OPTIONS *", 0, "HTTP/1.1 204 No", "close\r\n\r\n"},
	{"OPTIONS /raw", 0, "HTTP/1.1 204 No", "close\r\n\r\n"},
	{"POST /healthz", 405, "", ""},
	{"PUT /healthz", 405, "", ""},
	{"DELETE /healthz", 405, "", ""},
	{"get /healthz", 405, "", ""},
	{"G /healthz", 405, "", ""},
	{"GET /raw", 426, "", ""},
	{"HEAD /raw", 426, "", ""},
	{"GET /healthz/", 426, "", ""},
};

START_TEST(a_request_is_answered_with_the_page_of_its_path)
{
	struct verdict verdict;
	const char *end = pages[_i].end;

	ask(pages[_i].request, "");
	ck_assert(page_is_wanted(&request));
	verdict = page_serve(connection, &context);
	ck_assert_uint_eq(verdict.code, pages[_i].status);
	listen_to_answer();
	assert_starts(answer, pages[_i].start);
	ck_assert_uint_ge(strlen(answer), strlen(end));
	ck_assert_str_eq(answer + strlen(answer) - strlen(end), end);
	if (pages[_i].status != 0)
		ck_assert_str_eq(answer, "");
}
END_TEST

static const struct {
	const char *path;
	bool is_page;
} upgrades[] = {
	{"/", false},
	{"/raw", false},
	{"/anything", false},
	{"/healthz", true},
	{"/healthz?a", true},
	{"/healthz/", false},
};

START_TEST(an_upgrade_where_there_is_a_page_only_gets_the_page)
{
	char line[64];

	snprintf(line, sizeof(line), "GET %s", upgrades[_i].path);
	ask(line, UPGRADE);
	ck_assert(page_is_wanted(&request) == upgrades[_i].is_page);
	if (upgrades[_i].is_page)
		ck_assert(verdict_is_fine(page_serve(connection, &context)));
	listen_to_answer();
	assert_starts(answer, upgrades[_i].is_page ? "HTTP/1.1 200 " : "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pages");
	TCase *cases = tcase_create("pages");

	tcase_add_loop_test(cases,
		a_request_is_answered_with_the_page_of_its_path, 0,
		COUNT_OF(pages));
	tcase_add_loop_test(cases,
		an_upgrade_where_there_is_a_page_only_gets_the_page, 0,
		COUNT_OF(upgrades));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
