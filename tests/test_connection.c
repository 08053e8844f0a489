/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include "transport/clock.h"

#include <errno.h>
#include <string.h>

#define LARGE (128 << 10)

#define TEXT (FIN | OPCODE_TEXT)
#define BINARY (FIN | OPCODE_BINARY)
#define PING (FIN | OPCODE_PING)
#define PONG (FIN | OPCODE_PONG)
#define LAST_FRAGMENT (FIN | OPCODE_CONTINUATION)

/* All at once, without and with interrupts. */
#define VARIANT_PLAIN (MEMORY_TRANSPORT_VARIANTS - 2)
#define VARIANT_INTERRUPTED (MEMORY_TRANSPORT_VARIANTS - 1)

static struct peer peer;

static void
set_up(void)
{
	peer_init(&peer, ROLE_SERVER);
}

static void
tear_down(void)
{
	peer_release(&peer);
}

static void
assert_counts(uint64_t messages, uint64_t bytes)
{
	struct traffic_totals counts =
		traffic_totals(connection_traffic(peer.connection));

	ck_assert_uint_eq(counts.messages_in, messages);
	ck_assert_uint_eq(counts.messages_out, messages);
	ck_assert_uint_eq(counts.bytes_in, bytes);
	ck_assert_uint_eq(counts.bytes_out, bytes);
}

/* RFC 6455 section 4.2.2, with its example. */
START_TEST(answers_the_request_with_the_101)
{
	peer_is_served_and_closes(&peer, _i);
	ck_assert_uint_ge(
		buffer_length(&peer.memory.sent), strlen(PEER_RESPONSE));
	ck_assert_mem_eq(buffer_bytes(&peer.memory.sent).data, PEER_RESPONSE,
		strlen(PEER_RESPONSE));
	peer_was_served(&peer);
	assert_counts(0, 0);
}
END_TEST

START_TEST(names_the_subprotocol_in_the_101)
{
	struct http_head request;
	struct verdict verdict;
	struct slice sent;

	memory_transport_init(
		&peer.memory, buffer_bytes(&peer.script), SIZE_MAX);
	peer.connection =
		connection_new(&peer.memory.transport, &peer.settings, NULL);
	ck_assert(connection_receive_request(
		peer.connection, deadline_after(1000), &request, &verdict));
	ck_assert(
		connection_accept(peer.connection, &request, slice_of("chat")));
	peer_is_served(&peer);
	sent = buffer_bytes(&peer.memory.sent);
	ck_assert_ptr_nonnull(memmem(sent.data, sent.length,
		"Sec-WebSocket-Protocol: chat\r\n", 30));
}
END_TEST

START_TEST(echoes_text_and_binary)
{
	struct slice zeros = {"\0\0\xFF", 3};

	peer_says(&peer, TEXT, "hi there");
	peer_says_bytes(&peer, BINARY, zeros);
	peer_says(&peer, TEXT, "");
	peer_says(&peer, TEXT, "\xC3\xA9\xF0\x9F\x98\x80");
	peer_is_served_and_closes(&peer, _i);
	peer_hears(&peer, TEXT, "hi there");
	peer_hears_bytes(&peer, BINARY, zeros);
	peer_hears(&peer, TEXT, "");
	peer_hears(&peer, TEXT, "\xC3\xA9\xF0\x9F\x98\x80");
	peer_was_served(&peer);
	assert_counts(4, 8 + 3 + 0 + 6);
}
END_TEST

/* RFC 6455 section 5.4; a code point is cut and empty fragments are fine. */
START_TEST(joins_fragments_with_control_frames_between)
{
	peer_says(&peer, OPCODE_TEXT, "caf\xC3");
	peer_says(&peer, PING, "one");
	peer_says(&peer, OPCODE_CONTINUATION, "\xA9");
	peer_says(&peer, OPCODE_CONTINUATION, "");
	peer_says(&peer, PONG, "unasked");
	peer_says(&peer, PING, "");
	peer_says(&peer, LAST_FRAGMENT, " au lait");
	peer_says(&peer, OPCODE_BINARY, "");
	peer_says(&peer, LAST_FRAGMENT, "");
	peer_is_served_and_closes(&peer, _i);
	peer_hears(&peer, PONG, "one");
	peer_hears(&peer, PONG, "");
	peer_hears(&peer, TEXT, "caf\xC3\xA9 au lait");
	peer_hears(&peer, BINARY, "");
	peer_was_served(&peer);
	assert_counts(2, 13);
}
END_TEST

/* RFC 6455 section 5.5.2. */
START_TEST(answers_a_ping_with_the_same_payload)
{
	char longest[FRAME_CONTROL_PAYLOAD_MAX];
	struct slice payload = {longest, sizeof(longest)};

	memset(longest, 0xFF, sizeof(longest));
	peer_says_bytes(&peer, PING, payload);
	peer_is_served_and_closes(&peer, _i);
	peer_hears_bytes(&peer, PONG, payload);
	peer_was_served(&peer);
	assert_counts(0, 0);
}
END_TEST

/* RFC 6455 section 5.5.3. */
START_TEST(ignores_an_unsolicited_pong)
{
	peer_says(&peer, PONG, "nobody asked");
	peer_is_served_and_closes(&peer, _i);
	peer_was_served(&peer);
}
END_TEST

START_TEST(answers_a_batch_with_one_send)
{
	for (int i = 0; i < 1000; i++) {
		peer_says(&peer, TEXT, "20 bytes of message.");
		peer_says(&peer, PING, "?");
	}
	peer_is_served_and_closes(&peer, VARIANT_PLAIN);
	ck_assert_uint_lt(peer.memory.receives, 20);
	ck_assert_uint_eq(peer.memory.sends, peer.memory.receives);
	for (int i = 0; i < 1000; i++) {
		peer_hears(&peer, TEXT, "20 bytes of message.");
		peer_hears(&peer, PONG, "?");
	}
	peer_was_served(&peer);
	assert_counts(1000, 20000);
}
END_TEST

static struct slice
payload_of_length(size_t length)
{
	static char payload[LARGE];

	for (size_t i = 0; i < length; i++)
		payload[i] = (char)(i * 7 + (i >> 8));
	return (struct slice){payload, length};
}

static const size_t lengths[] = {
	1, 125, 126, 127, 4095, 4096, 16384, 16385, 65535, 65536, 65537};

START_TEST(echoes_payloads_of_each_kind_of_length)
{
	struct slice payload = payload_of_length(lengths[_i]);

	peer_says_bytes(&peer, BINARY, payload);
	peer_says(&peer, TEXT, "next");
	peer_is_served_and_closes(&peer, VARIANT_INTERRUPTED);
	peer_hears_bytes(&peer, BINARY, payload);
	peer_hears(&peer, TEXT, "next");
	peer_was_served(&peer);
	assert_counts(2, lengths[_i] + 4);
}
END_TEST

START_TEST(echoes_a_large_payload_in_any_pieces)
{
	struct slice payload = payload_of_length(20000);

	peer_says_bytes(&peer, BINARY, payload);
	peer_is_served_and_closes(&peer, _i);
	peer_hears_bytes(&peer, BINARY, payload);
	peer_was_served(&peer);
}
END_TEST

/* The 101, the header and the payload leave in one call. */
START_TEST(sends_large_payloads_from_where_they_lie)
{
	struct slice slices[] = {
		slice_of("prefix: "), payload_of_length(LARGE)};

	peer_open(&peer, VARIANT_PLAIN);
	peer.memory.borrowed = slices[1].data;
	ck_assert(connection_send(peer.connection, OPCODE_BINARY, slices, 2));
	ck_assert_uint_eq(peer.memory.sends, 1);
	ck_assert(peer.memory.borrowed_was_sent);
}
END_TEST

START_TEST(sends_a_message_of_two_slices)
{
	struct slice slices[] = {
		slice_of("Server received: "), slice_of("hi there")};

	peer_open(&peer, _i);
	ck_assert(connection_send(peer.connection, OPCODE_TEXT, slices, 2));
	ck_assert(connection_send(peer.connection, OPCODE_PING, slices, 1));
	peer_is_served(&peer);
	peer_hears(&peer, TEXT, "Server received: hi there");
	peer_hears(&peer, PING, "Server received: ");
	peer_hears_nothing(&peer);
	ck_assert_uint_eq(traffic_totals(connection_traffic(peer.connection))
				  .messages_out,
		1);
	ck_assert_uint_eq(
		traffic_totals(connection_traffic(peer.connection)).bytes_out,
		25);
}
END_TEST

START_TEST(lets_a_service_write_to_the_payload)
{
	struct message message;

	peer_says(&peer, TEXT, "abc");
	peer_says(&peer, TEXT, "def");
	peer_open(&peer, _i);
	ck_assert(connection_receive(peer.connection, &message));
	memset((char *)(uintptr_t)message.payload.data, 'x', 3);
	ck_assert(connection_receive(peer.connection, &message));
	ck_assert(slice_equals(message.payload, slice_of("def")));
}
END_TEST

START_TEST(sends_what_no_rfc_allows)
{
	struct slice reserved = {"\xF3\x00", 2}, later = {"\x8B\x00", 2};

	peer_says_close(&peer, CLOSE_NORMAL, "");
	peer_open(&peer, _i);
	ck_assert(connection_send_raw(peer.connection, reserved));
	peer_hears_raw(&peer, reserved);
	peer_is_served(&peer);
	peer_hears_close(&peer, CLOSE_NORMAL, "");
	ck_assert(connection_send_raw(peer.connection, later));
	peer_hears_raw(&peer, later);
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	ck_assert(!connection_send_raw(peer.connection, later));
	peer_hears_nothing(&peer);
}
END_TEST

START_TEST(sends_raw_bytes_before_it_is_open)
{
	struct slice refusal = slice_of("HTTP/1.1 403 Forbidden\r\n\r\n");
	struct http_head request;
	struct verdict verdict;

	memory_transport_init_variant(
		&peer.memory, buffer_bytes(&peer.script), _i);
	peer.connection =
		connection_new(&peer.memory.transport, &peer.settings, NULL);
	ck_assert(connection_receive_request(
		peer.connection, deadline_after(1000), &request, &verdict));
	ck_assert(!connection_send(peer.connection, OPCODE_TEXT, &refusal, 1));
	ck_assert(connection_send_raw(peer.connection, refusal));
	connection_finish(peer.connection);
	connection_linger(peer.connection);
	ck_assert(slice_equals(buffer_bytes(&peer.memory.sent), refusal));
	ck_assert(peer.memory.finished);
	ck_assert(!connection_was_open(peer.connection));
	peer_saw_end(&peer, CLOSE_ABNORMAL, CLOSED_BY_NOBODY, "");
}
END_TEST

START_TEST(says_why_there_is_no_request)
{
	struct http_head request;
	struct verdict verdict;

	memory_transport_init_variant(
		&peer.memory, slice_of("\x16\x03\x01"), _i);
	peer.connection =
		connection_new(&peer.memory.transport, &peer.settings, NULL);
	ck_assert(!connection_receive_request(
		peer.connection, deadline_after(1000), &request, &verdict));
	ck_assert_uint_eq(verdict.code, HTTP_BAD_REQUEST);
	ck_assert(!connection_was_open(peer.connection));
}
END_TEST

/* FAULTS F5, M3: before it is received, and at the crossing. */
START_TEST(takes_messages_up_to_the_limit)
{
	peer.settings.max_message = 10;
	peer_says(&peer, TEXT, "1234567890");
	peer_says(&peer, OPCODE_TEXT, "12345");
	peer_says(&peer, LAST_FRAGMENT, "67890");
	peer_is_served_and_closes(&peer, _i);
	peer_hears(&peer, TEXT, "1234567890");
	peer_hears(&peer, TEXT, "1234567890");
	peer_was_served(&peer);
}
END_TEST

/* FAULTS M2. */
START_TEST(takes_any_number_of_fragments)
{
	struct slice payload = payload_of_length(50000);

	peer_says(&peer, OPCODE_BINARY, "");
	for (size_t i = 0; i < payload.length; i++)
		peer_says_bytes(&peer, OPCODE_CONTINUATION,
			(struct slice){payload.data + i, 1});
	peer_says(&peer, LAST_FRAGMENT, "");
	peer_is_served_and_closes(&peer, VARIANT_PLAIN);
	peer_hears_bytes(&peer, BINARY, payload);
	peer_was_served(&peer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("connection");
	TCase *cases = tcase_create("connection");

#define add_variants(test)                                                     \
	tcase_add_loop_test(cases, test, 0, MEMORY_TRANSPORT_VARIANTS)
	tcase_add_checked_fixture(cases, set_up, tear_down);
	add_variants(answers_the_request_with_the_101);
	tcase_add_test(cases, names_the_subprotocol_in_the_101);
	add_variants(echoes_text_and_binary);
	add_variants(joins_fragments_with_control_frames_between);
	add_variants(answers_a_ping_with_the_same_payload);
	add_variants(ignores_an_unsolicited_pong);
	tcase_add_test(cases, answers_a_batch_with_one_send);
	tcase_add_loop_test(cases, echoes_payloads_of_each_kind_of_length, 0,
		COUNT_OF(lengths));
	add_variants(echoes_a_large_payload_in_any_pieces);
	tcase_add_test(cases, sends_large_payloads_from_where_they_lie);
	add_variants(sends_a_message_of_two_slices);
	add_variants(lets_a_service_write_to_the_payload);
	add_variants(sends_what_no_rfc_allows);
	add_variants(sends_raw_bytes_before_it_is_open);
	add_variants(says_why_there_is_no_request);
	add_variants(takes_messages_up_to_the_limit);
	tcase_add_test(cases, takes_any_number_of_fragments);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
