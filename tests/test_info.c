/* SPDX-License-Identifier: MIT */
#include "logfile.h"
#include "peer.h"
#include "service/info.h"
#include "transport/clock.h"

#include <string.h>

#define KEY "\0\0\0\0"
#define CLOSE_1000 "\x88\x82" KEY "\x03\xE8"

#define REQUEST_WITH(fields)                                                   \
	"GET /info?a HTTP/1.1\r\n" fields "Upgrade: websocket\r\n"             \
	"Connection: Upgrade\r\n"                                              \
	"Sec-WebSocket-Key: " PEER_KEY "\r\n"                                  \
	"Sec-WebSocket-Version: 13\r\n"                                        \
	"\r\n"

#define START                                                                  \
	"{\"server\":\"wsserver " PACKAGE_VERSION                              \
	"\",\"connection\":7,\"peer\":\"192.0.2.1:80\",\"via\":null,"          \
	"\"path\":\"/info\",\"headers\":["
#define HEADERS                                                                \
	"[\"Upgrade\",\"websocket\"],[\"Connection\",\"Upgrade\"],"            \
	"[\"Sec-WebSocket-Key\",\"" PEER_KEY "\"],"                            \
	"[\"Sec-WebSocket-Version\",\"13\"]]"
#define NOTHING_ELSE ",\"subprotocol\":null,\"extensions\":null,\"tls\":null}"

static const struct log_client client = {7, "192.0.2.1:80", "/info", 5, NULL};

static struct connection_settings connection_settings;
static struct service_settings settings;
static struct service_context context;
static struct memory_transport memory;

static void
set_up(void)
{
	logfile_open(LOG_FORMAT_PLAIN, LOG_LEVEL_INFO);
	connection_settings = (struct connection_settings){
		.role = ROLE_SERVER, .max_message = 1 << 20, .grace = 1000};
	settings = (struct service_settings){0};
	context = (struct service_context){
		.settings = &settings, .client = &client};
}

/* Serves a client that says these bytes and then no more. */
static void
serve(struct slice said)
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
	ck_assert(service_find(slice_of("/info"))->serve == info_serve);
	info_serve(connection, &request, &context);
	connection_finish(connection);
	connection_linger(connection);
	connection_free(connection);
}

/* Takes the 101 off what was sent, and then a frame with 16 bits of length. */
static struct slice
take_info(void)
{
	struct slice sent = buffer_bytes(&memory.sent), info;
	const char *end = strstr(sent.data, "\r\n\r\n") + 4;
	const unsigned char *header = (const unsigned char *)end;

	ck_assert_uint_eq(header[0], 0x81);
	ck_assert_uint_eq(header[1], 126);
	info.data = end + 4;
	info.length = (size_t)(header[2] << 8 | header[3]);
	ck_assert(info.data + info.length <= sent.data + sent.length);
	return info;
}

static void
assert_tells(const char *expected)
{
	struct slice info = take_info();

	ck_assert_uint_eq(info.length, strlen(expected));
	ck_assert_mem_eq(info.data, expected, info.length);
	memory_transport_release(&memory);
}

#define BYTES(literal) ((struct slice){literal, sizeof(literal) - 1})

START_TEST(tells_what_it_knows)
{
	serve(BYTES(REQUEST_WITH("Host: h\r\n") CLOSE_1000));
	assert_tells(START "[\"Host\",\"h\"]," HEADERS NOTHING_ELSE);
	logfile_says("Client connected from 192.0.2.1:80, path /info\n");
}
END_TEST

START_TEST(keeps_the_order_and_repetitions_of_headers)
{
	serve(BYTES(REQUEST_WITH("b: 1\r\nA: 2\r\nb:\r\n") CLOSE_1000));
	assert_tells(START "[\"b\",\"1\"],[\"A\",\"2\"],[\"b\",\"\"]," HEADERS
			NOTHING_ELSE);
}
END_TEST

/* FAULTS L6. */
START_TEST(hides_secrets)
{
	serve(BYTES(REQUEST_WITH(
		"Cookie: a\r\nAUTHORIZATION: b\r\nProxy-Authorization: c\r\n"
		"cookie: d\r\n") CLOSE_1000));
	assert_tells(START "[\"Cookie\",\"(hidden)\"],"
			   "[\"AUTHORIZATION\",\"(hidden)\"],"
			   "[\"Proxy-Authorization\",\"(hidden)\"],"
			   "[\"cookie\",\"(hidden)\"]," HEADERS NOTHING_ELSE);
}
END_TEST

/* The message must be UTF-8 whatever the request is. */
START_TEST(escapes_what_a_client_sent)
{
	serve(BYTES(REQUEST_WITH("Q: \"\\\t\xc3\xbc\xfc\xe2\x80\xae\r\n")
			CLOSE_1000));
	assert_tells(START
		"[\"Q\",\"\\\"\\\\\\u0009\xc3\xbc\\u00fc\\u202e\"]," HEADERS
			NOTHING_ELSE);
}
END_TEST

START_TEST(tells_of_tls_and_the_subprotocol)
{
	static const struct service_tls tls = {
		"TLSv1.3", "TLS_AES_256_GCM_SHA384", "", "CN=\"me\""};

	context.tls = &tls;
	context.subprotocol = slice_of("chat");
	serve(BYTES(REQUEST_WITH("") CLOSE_1000));
	assert_tells(START HEADERS
		",\"subprotocol\":\"chat\",\"extensions\":null,"
		"\"tls\":{\"version\":\"TLSv1.3\","
		"\"cipher\":\"TLS_AES_256_GCM_SHA384\",\"sni\":null,"
		"\"client_subject\":\"CN=\\\"me\\\"\"}}");
}
END_TEST

START_TEST(then_echoes_verbatim)
{
	static const char reply[] = "\x81\x02hi\x82\x01\xff\x88\x02\x03\xE8";
	struct slice info;

	serve(BYTES(REQUEST_WITH("Host: h\r\n") "\x81\x82" KEY "hi\x82\x81" KEY
						"\xff" CLOSE_1000));
	info = take_info();
	ck_assert_mem_eq(info.data + info.length, reply, sizeof(reply) - 1);
	memory_transport_release(&memory);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("info");
	TCase *cases = tcase_create("info");

	tcase_add_checked_fixture(cases, set_up, logfile_close);
	tcase_add_test(cases, tells_what_it_knows);
	tcase_add_test(cases, keeps_the_order_and_repetitions_of_headers);
	tcase_add_test(cases, hides_secrets);
	tcase_add_test(cases, escapes_what_a_client_sent);
	tcase_add_test(cases, tells_of_tls_and_the_subprotocol);
	tcase_add_test(cases, then_echoes_verbatim);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
