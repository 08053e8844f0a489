/* SPDX-License-Identifier: MIT */
#include "logfile.h"
#include "peer.h"
#include "service/echo.h"
#include "transport/clock.h"

#include <string.h>

/* A masking key that leaves the payload as it is. */
#define KEY "\0\0\0\0"
#define CLOSE_1000 "\x88\x82" KEY "\x03\xE8"
#define CLOSED_1000 "\x88\x02\x03\xE8"

#define BYTES(literal) ((struct slice){literal, sizeof(literal) - 1})
#define CONNECTED "Client connected from 192.0.2.1:80, path /chat\n"

static const struct connection_settings connection_settings = {
	.role = ROLE_SERVER, .max_message = 1 << 20, .grace = 1000};

static const struct log_client client = {1, "192.0.2.1:80", "/chat", 5, NULL};

static struct service_settings settings;
static struct service_context context;
static struct memory_transport memory;

static void
set_up(void)
{
	logfile_open(LOG_FORMAT_PLAIN, LOG_LEVEL_INFO);
	settings = (struct service_settings){
		.echo_prefix = BYTES("Server received: ")};
	context = (struct service_context){
		.settings = &settings, .client = &client};
}

/* Serves a client that says these bytes on a path and then no more. */
static void
serve(const char *path, struct slice said)
{
	struct http_head request;
	struct verdict verdict;
	struct connection *connection;

	memory_transport_init(&memory, said, SIZE_MAX);
	connection =
		connection_new(&memory.transport, &connection_settings, NULL);
	ck_assert_ptr_nonnull(connection);
	ck_assert(connection_receive_request(
		connection, deadline_after(1000), &request, &verdict));
	service_find(slice_of(path))->serve(connection, &request, &context);
	connection_finish(connection);
	connection_linger(connection);
	connection_free(connection);
}

static void
assert_sent(struct slice expected)
{
	struct slice sent = buffer_bytes(&memory.sent);

	ck_assert_uint_eq(sent.length, expected.length);
	if (sent.length > 0)
		ck_assert_mem_eq(sent.data, expected.data, sent.length);
	memory_transport_release(&memory);
}

START_TEST(text_comes_back_behind_the_prefix)
{
	serve("/",
		BYTES(PEER_REQUEST "\x81\x82" KEY "hi\x81\x80" KEY CLOSE_1000));
	assert_sent(
		BYTES(PEER_RESPONSE "\x81\x13Server received: hi"
				    "\x81\x11Server received: " CLOSED_1000));
	logfile_says(CONNECTED);
}
END_TEST

START_TEST(text_comes_back_as_it_came_where_the_prefix_is_empty)
{
	settings.echo_prefix = slice_of("");
	serve("/",
		BYTES(PEER_REQUEST "\x81\x82" KEY "hi\x81\x80" KEY CLOSE_1000));
	assert_sent(BYTES(PEER_RESPONSE "\x81\x02hi\x81\x00" CLOSED_1000));
}
END_TEST

START_TEST(text_comes_back_as_it_came_from_raw)
{
	serve("/raw", BYTES(PEER_REQUEST "\x81\x82" KEY "hi" CLOSE_1000));
	assert_sent(BYTES(PEER_RESPONSE "\x81\x02hi" CLOSED_1000));
	logfile_says(CONNECTED);
}
END_TEST

static const char *const paths[] = {"/", "/raw"};

START_TEST(binary_comes_back_as_it_came)
{
	serve(paths[_i],
		BYTES(PEER_REQUEST "\x82\x83" KEY "\0\xFF\x01" CLOSE_1000));
	assert_sent(BYTES(PEER_RESPONSE "\x82\x03\0\xFF\x01" CLOSED_1000));
}
END_TEST

START_TEST(binary_after_text_and_text_after_binary)
{
	serve("/", BYTES(PEER_REQUEST "\x81\x81" KEY "a\x82\x81" KEY "b"
				      "\x81\x81" KEY "c" CLOSE_1000));
	assert_sent(
		BYTES(PEER_RESPONSE "\x81\x12Server received: a\x82\x01"
				    "b\x81\x12Server received: c" CLOSED_1000));
}
END_TEST

START_TEST(fragments_come_back_joined)
{
	serve(paths[_i], BYTES(PEER_REQUEST "\x02\x81" KEY "a\x80\x81" KEY
					    "b" CLOSE_1000));
	assert_sent(BYTES(PEER_RESPONSE "\x82\x02"
					"ab" CLOSED_1000));
}
END_TEST

START_TEST(the_subprotocol_selected_is_answered)
{
	context.subprotocol = slice_of("chat");
	serve("/", BYTES(PEER_REQUEST CLOSE_1000));
	assert_sent(BYTES(PEER_RESPONSE_WITH("Sec-WebSocket-Protocol: chat\r\n")
			CLOSED_1000));
}
END_TEST

START_TEST(messages_are_logged_where_that_is_wanted)
{
	settings.logs_messages = true;
	serve("/", BYTES(PEER_REQUEST "\x81\x82" KEY "h\n\x82\x82" KEY
				      "\0\1" CLOSE_1000));
	memory_transport_release(&memory);
	logfile_says(CONNECTED "Received from client: h\\x0a\n"
			       "Received from client (binary, 2 bytes)\n");
}
END_TEST

/* A frame without a mask: RFC 6455 section 5.1. */
START_TEST(ends_with_a_client_that_breaks_the_rules)
{
	struct slice sent;

	serve("/", BYTES(PEER_REQUEST "\x81\x02hi"));
	sent = buffer_bytes(&memory.sent);
	ck_assert_uint_gt(sent.length, strlen(PEER_RESPONSE) + 4);
	sent.data += strlen(PEER_RESPONSE);
	ck_assert_mem_eq(sent.data, "\x88", 1);
	ck_assert_mem_eq(sent.data + 2, "\x03\xEA", 2);
	memory_transport_release(&memory);
}
END_TEST

/* As if memory was short: nobody has room for this subprotocol. */
START_TEST(a_client_that_cannot_be_answered_is_not_served)
{
	context.subprotocol = (struct slice){"", SIZE_MAX};
	serve("/", BYTES(PEER_REQUEST "\x81\x82" KEY "hi" CLOSE_1000));
	assert_sent(BYTES(""));
	logfile_says("Client 192.0.2.1:80 refused (\"out of memory\")\n");
}
END_TEST

static const struct {
	const char *path;
	void (*serve)(struct connection *, const struct http_head *,
		const struct service_context *);
} services[] = {
	{"/", echo_serve},
	{"/raw", raw_serve},
	{"/raw/", echo_serve},
	{"/RAW", echo_serve},
	{"/rawer", echo_serve},
	{"/ra", echo_serve},
	{"raw", echo_serve},
	{"", echo_serve},
};

START_TEST(finds_the_service_for_a_path)
{
	const struct service *service =
		service_find(slice_of(services[_i].path));

	ck_assert_ptr_nonnull(service);
	ck_assert(service->serve == services[_i].serve);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("echo");
	TCase *cases = tcase_create("echo");

	tcase_add_checked_fixture(cases, set_up, logfile_close);
	tcase_add_test(cases, text_comes_back_behind_the_prefix);
	tcase_add_test(
		cases, text_comes_back_as_it_came_where_the_prefix_is_empty);
	tcase_add_test(cases, text_comes_back_as_it_came_from_raw);
	tcase_add_loop_test(
		cases, binary_comes_back_as_it_came, 0, COUNT_OF(paths));
	tcase_add_test(cases, binary_after_text_and_text_after_binary);
	tcase_add_loop_test(
		cases, fragments_come_back_joined, 0, COUNT_OF(paths));
	tcase_add_test(cases, the_subprotocol_selected_is_answered);
	tcase_add_test(cases, messages_are_logged_where_that_is_wanted);
	tcase_add_test(cases, ends_with_a_client_that_breaks_the_rules);
	tcase_add_test(cases, a_client_that_cannot_be_answered_is_not_served);
	tcase_add_loop_test(
		cases, finds_the_service_for_a_path, 0, COUNT_OF(services));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
