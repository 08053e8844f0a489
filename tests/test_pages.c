/* SPDX-License-Identifier: MIT */
#include "memory_transport.h"
#include "server/pages.h"
#include "suite.h"
#include "transport/clock.h"

#include <stdio.h>
#include <string.h>

#define UPGRADE                                                                \
	"Host: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"             \
	"Sec-WebSocket-Version: 13\r\n"                                        \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static const struct connection_settings settings = {.role = ROLE_SERVER};
static const struct registry_limits limits = {1, 1, 0};

static const struct service_settings services;

static struct page_settings page_settings;
static struct registry registry;

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

	snprintf(head, sizeof(head), "%s HTTP/1.1\r\n%s\r\n", method_and_target,
		fields);
	memory_transport_init(&memory, slice_of(head), SIZE_MAX);
	connection = connection_new(&memory.transport, &settings, NULL);
	ck_assert_ptr_nonnull(connection);
	ck_assert(connection_receive_request(
		connection, deadline_after(10000), &request, &verdict));
	context = (struct page_context){.settings = &page_settings,
		.services = &services,
		.registry = &registry,
		.request = &request,
		.peer_is_loopback = true};
}

static void
set_up(void)
{
	page_settings = (struct page_settings){
		.has_console = true, .metrics = PAGE_METRICS_ON};
	registry_init(&registry, &limits);
}

static void
tear_down(void)
{
	pthread_mutex_destroy(&registry.lock);
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
	{"GET /", 0, "HTTP/1.1 200 OK\r\n", "</html>\n"},
	{"GET /?a", 0, "HTTP/1.1 200 OK\r\n", "</html>\n"},
	{"HEAD /", 0, "HTTP/1.1 200 OK\r\n", "close\r\n\r\n"},
	{"POST /", 405, "", ""},
	{"GET /healthz", 0, "HTTP/1.1 200 OK\r\n", "\r\n\r\nok\n"},
	{"GET /healthz?a", 0, "HTTP/1.1 200 OK\r\n", "\r\n\r\nok\n"},
	{"HEAD /healthz", 0, "HTTP/1.1 200 OK\r\n", "close\r\n\r\n"},
	{"OPTIONS /healthz", 0, "HTTP/1.1 204 No", "close\r\n\r\n"},
	{"GET /metrics", 0, "HTTP/1.1 200 OK\r\n", "\n"},
	{"HEAD /metrics", 0, "HTTP/1.1 200 OK\r\n", "close\r\n\r\n"},
	{"POST /metrics", 405, "", ""},
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

	ask(pages[_i].request, "Host: h\r\n");
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
	{"/metrics", true},
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

START_TEST(without_a_console_an_upgrade_is_required)
{
	ask("GET /", "Host: h\r\n");
	page_settings.has_console = false;
	ck_assert(page_is_wanted(&request));
	ck_assert_uint_eq(page_serve(connection, &context).code, 426);
	listen_to_answer();
	ck_assert_str_eq(answer, "");
}
END_TEST

static const struct {
	enum page_metrics shown_to;
	bool peer_is_loopback;
	const char *fields;
	bool is_shown;
} visitors[] = {
	{PAGE_METRICS_OFF, true, "Host: localhost\r\n", false},
	{PAGE_METRICS_ON, false, "Host: example.org\r\n", true},
	{PAGE_METRICS_ON, false, "Via: 1.1 proxy\r\n", true},
	{PAGE_METRICS_LOOPBACK, true, "Host: localhost\r\n", true},
	{PAGE_METRICS_LOOPBACK, true, "Host: LocalHost:12345\r\n", true},
	{PAGE_METRICS_LOOPBACK, true, "Host: 127.0.0.1\r\n", true},
	{PAGE_METRICS_LOOPBACK, true, "Host: 127.1.2.3:12345\r\n", true},
	{PAGE_METRICS_LOOPBACK, true, "Host: [::1]\r\n", true},
	{PAGE_METRICS_LOOPBACK, true, "Host: [::1]:12345\r\n", true},
	{PAGE_METRICS_LOOPBACK, false, "Host: localhost\r\n", false},
	{PAGE_METRICS_LOOPBACK, true, "", false},
	{PAGE_METRICS_LOOPBACK, true, "Host:\r\n", false},
	{PAGE_METRICS_LOOPBACK, true, "Host: example.org\r\n", false},
	{PAGE_METRICS_LOOPBACK, true, "Host: localhost.example.org\r\n", false},
	{PAGE_METRICS_LOOPBACK, true, "Host: 127.0.0.1.example.org\r\n", false},
	{PAGE_METRICS_LOOPBACK, true, "Host: 192.0.2.1\r\n", false},
	{PAGE_METRICS_LOOPBACK, true, "Host: [2001:db8::1]\r\n", false},
	{PAGE_METRICS_LOOPBACK, true, "Host: unix:/path\r\n", false},
	{PAGE_METRICS_LOOPBACK, true,
		"Host: localhost\r\nX-Forwarded-For: 192.0.2.1\r\n", false},
	{PAGE_METRICS_LOOPBACK, true,
		"Host: localhost\r\nx-forwarded-proto: https\r\n", false},
	{PAGE_METRICS_LOOPBACK, true,
		"Host: localhost\r\nForwarded: for=192.0.2.1\r\n", false},
	{PAGE_METRICS_LOOPBACK, true, "Host: localhost\r\nVia: 1.1 proxy\r\n",
		false},
	{PAGE_METRICS_LOOPBACK, true,
		"Host: localhost\r\nX-Real-IP: 192.0.2.1\r\n", false},
};

START_TEST(metrics_are_shown_to_whom_they_are_for)
{
	struct verdict verdict;

	ask("GET /metrics", visitors[_i].fields);
	page_settings.metrics = visitors[_i].shown_to;
	context.peer_is_loopback = visitors[_i].peer_is_loopback;
	verdict = page_serve(connection, &context);
	ck_assert_uint_eq(verdict.code, visitors[_i].is_shown ? 0 : 404);
	listen_to_answer();
	if (visitors[_i].is_shown)
		ck_assert_ptr_nonnull(strstr(answer, "\r\n\r\n# HELP "));
	else
		ck_assert_str_eq(answer, "");
}
END_TEST

static const struct {
	const char *request, *field;
	unsigned code;
} absolutes[] = {
	{"GET http://example.org/metrics", "Host: localhost\r\n", 404},
	{"GET http://localhost/metrics", "Host: example.org\r\n", 0},
};

START_TEST(whom_an_absolute_target_names_outdoes_host)
{
	ask(absolutes[_i].request, absolutes[_i].field);
	page_settings.metrics = PAGE_METRICS_LOOPBACK;
	context.peer_is_loopback = true;
	ck_assert_uint_eq(
		page_serve(connection, &context).code, absolutes[_i].code);
	listen_to_answer();
	ck_assert((*answer != '\0') == (absolutes[_i].code == 0));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pages");
	TCase *cases = tcase_create("pages");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(cases,
		a_request_is_answered_with_the_page_of_its_path, 0,
		COUNT_OF(pages));
	tcase_add_loop_test(cases,
		an_upgrade_where_there_is_a_page_only_gets_the_page, 0,
		COUNT_OF(upgrades));
	tcase_add_test(cases, without_a_console_an_upgrade_is_required);
	tcase_add_loop_test(cases, metrics_are_shown_to_whom_they_are_for, 0,
		COUNT_OF(visitors));
	tcase_add_loop_test(cases, whom_an_absolute_target_names_outdoes_host,
		0, COUNT_OF(absolutes));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
