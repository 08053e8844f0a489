/* SPDX-License-Identifier: MIT */
/* A connection as client: RFC 6455 sections 4.1, 5.1 and 5.3. */
#include "peer.h"

#include "transport/clock.h"

#include <errno.h>
#include <string.h>

#define TEXT (FIN | OPCODE_TEXT)
#define BINARY (FIN | OPCODE_BINARY)
#define PING (FIN | OPCODE_PING)
#define PONG (FIN | OPCODE_PONG)

#define VARIANT_PLAIN (MEMORY_TRANSPORT_VARIANTS - 2)
#define LARGE 70000

static struct peer peer;

static void
set_up(void)
{
	peer_init(&peer, ROLE_CLIENT);
}

static void
tear_down(void)
{
	peer_release(&peer);
}

static bool
request(struct slice response_text, int variant, struct http_head *response,
	struct verdict *verdict)
{
	static const struct slice subprotocols[] = {{"chat", 4}, {"mud", 3}};
	struct handshake_offer offer = {.host = slice_of("localhost:80"),
		.target = slice_of("/chat?room=1"),
		.origin = slice_of("http://localhost"),
		.subprotocols = subprotocols,
		.subprotocol_count = COUNT_OF(subprotocols),
		.more_fields = slice_of("X-More: yes\r\n"),
		.key = PEER_KEY};

	memory_transport_init_variant(&peer.memory, response_text, variant);
	peer.connection =
		connection_new(&peer.memory.transport, &peer.settings, NULL);
	ck_assert_ptr_nonnull(peer.connection);
	return connection_request(peer.connection, &offer, deadline_after(2000),
		response, verdict);
}

START_TEST(sends_a_request_and_takes_the_101)
{
	struct http_head response;
	struct verdict verdict;

	ck_assert(request(slice_of(PEER_RESPONSE), _i, &response, &verdict));
	ck_assert(verdict_is_fine(verdict));
	ck_assert(connection_was_open(peer.connection));
	ck_assert_uint_eq(response.status, HTTP_SWITCHING_PROTOCOLS);
	ck_assert(slice_equals(buffer_bytes(&peer.memory.sent),
		slice_of("GET /chat?room=1 HTTP/1.1\r\n"
			 "Host: localhost:80\r\n"
			 "Upgrade: websocket\r\n"
			 "Connection: Upgrade\r\n"
			 "Sec-WebSocket-Key: " PEER_KEY "\r\n"
			 "Sec-WebSocket-Version: 13\r\n"
			 "Origin: http://localhost\r\n"
			 "Sec-WebSocket-Protocol: chat, mud\r\n"
			 "X-More: yes\r\n"
			 "\r\n")));
}
END_TEST

#define STATUS "HTTP/1.1 101 Switching Protocols\r\n"
#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define ACCEPT "Sec-WebSocket-Accept: " PEER_ACCEPT "\r\n"
#define END "\r\n"

/* FAULTS K1, K2: the verdict names the field. */
static const struct {
	const char *response, *why;
	unsigned code;
} refusals[] = {
	{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "refused", 403},
	{"HTTP/1.1 200 OK\r\n" UPGRADE CONNECTION ACCEPT END, "refused", 200},
	{"HTTP/1.1 302 Found\r\nLocation: /other\r\n\r\n", "refused", 302},
	{STATUS CONNECTION ACCEPT END, "Upgrade", 101},
	{STATUS "Upgrade: h2c\r\n" CONNECTION ACCEPT END, "Upgrade", 101},
	{STATUS UPGRADE ACCEPT END, "Connection", 101},
	{STATUS UPGRADE "Connection: close\r\n" ACCEPT END, "Connection", 101},
	{STATUS UPGRADE CONNECTION END, "Sec-WebSocket-Accept", 101},
	{STATUS UPGRADE CONNECTION ACCEPT ACCEPT END, "Sec-WebSocket-Accept",
		101},
	{STATUS UPGRADE CONNECTION
		"Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" END,
		"Sec-WebSocket-Accept", 101},
	{STATUS UPGRADE CONNECTION ACCEPT
		"Sec-WebSocket-Protocol: other\r\n" END,
		"Sec-WebSocket-Protocol", 101},
	{STATUS UPGRADE CONNECTION ACCEPT
		"Sec-WebSocket-Protocol: chat, mud\r\n" END,
		"Sec-WebSocket-Protocol", 101},
	{STATUS UPGRADE CONNECTION ACCEPT
		"Sec-WebSocket-Extensions: permessage-deflate\r\n" END,
		"Sec-WebSocket-Extensions", 101},
	{"no HTTP at all\r\n\r\n", "", 400},
	{"SSH-2.0-OpenSSH_9.2\n", "", 400},
};

START_TEST(names_what_is_wrong_with_a_response)
{
	struct slice text = slice_of(refusals[_i].response);
	struct http_head response;
	struct verdict verdict;

	ck_assert(!request(text, VARIANT_PLAIN, &response, &verdict));
	ck_assert_uint_eq(verdict.code, refusals[_i].code);
	ck_assert_ptr_nonnull(strstr(verdict.why, refusals[_i].why));
	ck_assert(!connection_was_open(peer.connection));
	ck_assert(!connection_send(peer.connection, OPCODE_TEXT, NULL, 0));
}
END_TEST

START_TEST(shows_the_response_that_refused)
{
	struct http_head response;
	struct verdict verdict;

	ck_assert(!request(
		slice_of(refusals[0].response), _i, &response, &verdict));
	ck_assert_uint_eq(response.status, 403);
	ck_assert(slice_equals(response.reason, slice_of("Forbidden")));
}
END_TEST

START_TEST(takes_a_subprotocol_that_it_offered)
{
	struct slice text = slice_of(STATUS UPGRADE CONNECTION ACCEPT
		"Sec-WebSocket-Protocol: mud\r\n" END);
	struct http_head response;
	struct verdict verdict;

	ck_assert(request(text, _i, &response, &verdict));
}
END_TEST

/* FAULTS K3. */
START_TEST(fails_at_a_head_without_end)
{
	char text[40000] = STATUS "X: ";
	size_t start = strlen(text);
	struct http_head response;
	struct verdict verdict;

	memset(text + start, 'x', sizeof(text) - start);
	ck_assert(!request(
		(struct slice){text, sizeof(text)}, _i, &response, &verdict));
	ck_assert_uint_eq(verdict.code, HTTP_FIELDS_TOO_LARGE);
}
END_TEST

START_TEST(blames_no_response_when_the_stream_is_lost)
{
	struct http_head response;
	struct verdict verdict;

	ck_assert(!request(slice_of(STATUS), _i, &response, &verdict));
	ck_assert(verdict_is_fine(verdict));
	ck_assert(!connection_was_open(peer.connection));
}
END_TEST

START_TEST(blames_no_response_when_the_request_cannot_be_sent)
{
	struct handshake_offer offer = {.host = slice_of("localhost"),
		.target = slice_of("/"),
		.key = PEER_KEY};
	struct http_head response;
	struct verdict verdict;

	memory_transport_init(&peer.memory, slice_of(PEER_RESPONSE), 100);
	peer.memory.send_failure = EPIPE;
	peer.connection =
		connection_new(&peer.memory.transport, &peer.settings, NULL);
	ck_assert(!connection_request(peer.connection, &offer,
		deadline_after(2000), &response, &verdict));
	ck_assert(verdict_is_fine(verdict));
}
END_TEST

static struct slice
large_payload(void)
{
	static char payload[LARGE];

	for (size_t i = 0; i < LARGE; i++)
		payload[i] = (char)(i * 7 + (i >> 8));
	return (struct slice){payload, LARGE};
}

START_TEST(masks_what_it_sends)
{
	struct slice slices[] = {slice_of("one"), slice_of("two and a half")};
	struct slice large = large_payload();

	peer_open(&peer, _i);
	ck_assert(connection_send(peer.connection, OPCODE_TEXT, slices, 2));
	ck_assert(connection_send(peer.connection, OPCODE_TEXT, NULL, 0));
	ck_assert(connection_send(peer.connection, OPCODE_BINARY, &large, 1));
	ck_assert(connection_send(peer.connection, OPCODE_PING, slices, 1));
	connection_close(peer.connection, CLOSE_NORMAL, "bye");
	peer_hears(&peer, TEXT, "onetwo and a half");
	peer_hears(&peer, TEXT, "");
	peer_hears_bytes(&peer, BINARY, large);
	peer_hears(&peer, PING, "one");
	peer_hears_close(&peer, CLOSE_NORMAL, "bye");
	peer_hears_nothing(&peer);
	ck_assert(slice_equals(slices[0], slice_of("one")));
}
END_TEST

#define FRAMES 200

/* Section 5.3; two of 200 keys are the same once in 200,000 runs. */
START_TEST(takes_a_fresh_key_for_each_frame)
{
	unsigned char keys[FRAMES][FRAME_MASKING_KEY_SIZE];
	struct slice text = slice_of("text"), payload;

	peer_open(&peer, VARIANT_PLAIN);
	for (int i = 0; i < FRAMES; i++)
		ck_assert(connection_send(
			peer.connection, OPCODE_TEXT, &text, 1));
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	for (int i = 0; i < FRAMES; i++) {
		ck_assert_uint_eq(
			peer_takes_frame(&peer, &payload, keys[i]), TEXT);
		ck_assert(slice_equals(payload, text));
		for (int j = 0; j < i; j++)
			ck_assert_mem_ne(keys[i], keys[j], sizeof(keys[i]));
	}
}
END_TEST

START_TEST(receives_messages_and_answers_pings)
{
	struct slice large = large_payload();

	peer_says(&peer, TEXT, "with the 101");
	peer_says(&peer, PING, "?");
	peer_says(&peer, OPCODE_BINARY, "frag");
	peer_says(&peer, PING, "");
	peer_says(&peer, FIN, "ment");
	peer_says_bytes(&peer, BINARY, large);
	peer_says_close(&peer, 1001, "going away");
	peer_open(&peer, _i);
	peer_is_served(&peer);
	peer_hears(&peer, TEXT, "with the 101");
	peer_hears(&peer, PONG, "?");
	peer_hears(&peer, PONG, "");
	peer_hears(&peer, BINARY, "fragment");
	peer_hears_bytes(&peer, BINARY, large);
	peer_hears_close(&peer, 1001, "");
	peer_hears_nothing(&peer);
	peer_saw_end(&peer, 1001, CLOSED_BY_PEER, "going away");
}
END_TEST

/* Section 5.1, FAULTS K5. */
START_TEST(refuses_a_masked_frame)
{
	peer_says(&peer, TEXT, "fine");
	peer_says_raw(&peer, slice_of("\x81\x81kkkk!"));
	peer_open(&peer, _i);
	peer_is_served(&peer);
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	peer_hears(&peer, TEXT, "fine");
	peer_hears_close(
		&peer, CLOSE_PROTOCOL_ERROR, "masked frame from a server");
	peer_hears_nothing(&peer);
	ck_assert_uint_eq(
		connection_end(peer.connection).code, CLOSE_PROTOCOL_ERROR);
	ck_assert(peer.memory.finished);
}
END_TEST

/* And leaves the end of TCP to the server (section 7.1.1). */
START_TEST(closes_and_waits_for_the_answer)
{
	peer_says(&peer, TEXT, "on its way");
	peer_says_close(&peer, CLOSE_NORMAL, "");
	peer_open(&peer, _i);
	connection_finish(peer.connection);
	ck_assert(!peer.memory.finished);
	connection_linger(peer.connection);
	peer_hears_close(&peer, CLOSE_NORMAL, "");
	peer_hears_nothing(&peer);
	peer_saw_end(&peer, CLOSE_NORMAL, CLOSED_BY_US, "");
	ck_assert(peer.memory.finished);
}
END_TEST

/* While a large message is masked its pieces leave as the output fills. */
START_TEST(tells_of_a_stream_lost_while_it_masks)
{
	struct slice large = large_payload();

	peer_open(&peer, _i);
	peer.memory.send_failure = EPIPE;
	ck_assert(!connection_send(peer.connection, OPCODE_BINARY, &large, 1));
	peer_saw_end(
		&peer, CLOSE_ABNORMAL, CLOSED_BY_NOBODY, "connection reset");
	ck_assert_uint_eq(traffic_totals(connection_traffic(peer.connection))
				  .messages_out,
		0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client role");
	TCase *cases = tcase_create("client role");

#define add_variants(test)                                                     \
	tcase_add_loop_test(cases, test, 0, MEMORY_TRANSPORT_VARIANTS)
	tcase_add_checked_fixture(cases, set_up, tear_down);
	add_variants(sends_a_request_and_takes_the_101);
	tcase_add_loop_test(cases, names_what_is_wrong_with_a_response, 0,
		COUNT_OF(refusals));
	add_variants(shows_the_response_that_refused);
	add_variants(takes_a_subprotocol_that_it_offered);
	add_variants(fails_at_a_head_without_end);
	add_variants(blames_no_response_when_the_stream_is_lost);
	tcase_add_test(
		cases, blames_no_response_when_the_request_cannot_be_sent);
	add_variants(masks_what_it_sends);
	tcase_add_test(cases, takes_a_fresh_key_for_each_frame);
	add_variants(receives_messages_and_answers_pings);
	add_variants(refuses_a_masked_frame);
	add_variants(closes_and_waits_for_the_answer);
	add_variants(tells_of_a_stream_lost_while_it_masks);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
