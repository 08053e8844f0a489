/* SPDX-License-Identifier: MIT */
/* Compressed messages of a connection, either end: RFC 7692. */
#include "peer.h"

#include "protocol/deflate.h"
#include "websocket/compression.h"

#include <stdio.h>
#include <string.h>

#define TEXT (FIN | OPCODE_TEXT)
#define BINARY (FIN | OPCODE_BINARY)
#define COMPRESSED_TEXT (TEXT | RSV1)

#define EXTENSION                                                              \
	"permessage-deflate; server_max_window_bits=12; "                      \
	"client_max_window_bits=12"
#define ROLES 2
#define LOOPS (ROLES * MEMORY_TRANSPORT_VARIANTS)

/* Long enough to be compressed. */
#define LONG                                                                   \
	"the quick brown fox jumps over the lazy dog and then the lazy dog "   \
	"jumps over the quick brown fox"

/* What the connection's peer compresses with, and restores with. */
static struct peer peer;
static struct deflater deflater;
static struct inflater inflater;
static struct buffer wire, restored;

static void
add_field(const char *head, const char *extension)
{
	size_t length = strlen(head) - strlen("\r\n");
	char text[1024];

	snprintf(text, sizeof(text), "%.*sSec-WebSocket-Extensions: %s\r\n\r\n",
		(int)length, head, extension);
	peer_says_raw(&peer, slice_of(text));
}

static void
begin_with(enum role role, const char *extension, bool no_takeover)
{
	struct deflate_direction direction = {12, no_takeover};

	peer_init(&peer, role);
	buffer_release(&peer.script);
	peer.settings.deflate = (struct deflate_settings){
		.enabled = true, .window = 12, .level = 1};
	add_field(
		role == ROLE_SERVER ? PEER_REQUEST : PEER_RESPONSE, extension);
	deflater_init(&deflater, &direction, 6, 1 << 20);
	inflater_init(&inflater, &direction);
}

/* Each role in turn. */
static int
begin(int loop)
{
	begin_with(loop % ROLES == 0 ? ROLE_SERVER : ROLE_CLIENT, EXTENSION,
		false);
	return loop / ROLES;
}

static void
tear_down(void)
{
	peer_release(&peer);
	deflater_release(&deflater);
	inflater_release(&inflater);
	buffer_release(&wire);
	buffer_release(&restored);
}

static struct slice
compress_bytes(struct slice payload)
{
	buffer_consume(&wire, buffer_length(&wire));
	ck_assert(deflater_compress(&deflater, &payload, 1, &wire));
	return buffer_bytes(&wire);
}

static void
says_compressed(unsigned first_byte, const char *payload)
{
	peer_says_bytes(
		&peer, first_byte | RSV1, compress_bytes(slice_of(payload)));
}

/* Takes a compressed message; returns its length on the wire. */
static size_t
hears_compressed(unsigned first_byte, const char *payload)
{
	unsigned char key[FRAME_MASKING_KEY_SIZE];
	struct slice heard;

	ck_assert_uint_eq(
		peer_takes_frame(&peer, &heard, key), first_byte | RSV1);
	buffer_consume(&restored, buffer_length(&restored));
	ck_assert(verdict_is_fine(
		inflater_add(&inflater, heard, &restored, 1 << 20)));
	ck_assert(verdict_is_fine(inflater_finish(&inflater)));
	ck_assert(slice_equals(buffer_bytes(&restored), slice_of(payload)));
	return heard.length;
}

START_TEST(restores_and_compresses_messages)
{
	int variant = begin(_i);

	says_compressed(TEXT, LONG);
	says_compressed(BINARY, LONG);
	peer_is_served_and_closes(&peer, variant);
	ck_assert_uint_lt(hears_compressed(TEXT, LONG), strlen(LONG));
	ck_assert_uint_lt(hears_compressed(BINARY, LONG), strlen(LONG) / 4);
	peer_was_served(&peer);
}
END_TEST

START_TEST(each_message_stands_alone_without_takeover)
{
	size_t first;

	begin_with(ROLE_SERVER,
		"permessage-deflate; server_no_context_takeover; "
		"client_no_context_takeover",
		true);
	says_compressed(TEXT, LONG);
	says_compressed(TEXT, LONG);
	peer_is_served_and_closes(&peer, _i);
	first = hears_compressed(TEXT, LONG);
	ck_assert_uint_eq(hears_compressed(TEXT, LONG), first);
	peer_was_served(&peer);
}
END_TEST

START_TEST(control_frames_come_between_compressed_fragments)
{
	int variant = begin(_i);
	struct slice bytes = compress_bytes(slice_of(LONG)), part = bytes;

	part.length = 1;
	peer_says_bytes(&peer, OPCODE_TEXT | RSV1, part);
	peer_says(&peer, FIN | OPCODE_PING, "ping");
	part = (struct slice){bytes.data + 1, bytes.length - 1};
	peer_says_bytes(&peer, OPCODE_CONTINUATION, part);
	peer_says(&peer, FIN | OPCODE_CONTINUATION, "");
	peer_is_served_and_closes(&peer, variant);
	peer_hears(&peer, FIN | OPCODE_PONG, "ping");
	hears_compressed(TEXT, LONG);
	peer_was_served(&peer);
}
END_TEST

START_TEST(short_messages_are_sent_plain)
{
	int variant = begin(_i);

	says_compressed(TEXT, "short");
	says_compressed(TEXT, "");
	peer_is_served_and_closes(&peer, variant);
	peer_hears(&peer, TEXT, "short");
	peer_hears(&peer, TEXT, "");
	peer_was_served(&peer);
}
END_TEST

START_TEST(plain_messages_may_come_between)
{
	int variant = begin(_i);

	says_compressed(TEXT, LONG);
	peer_says(&peer, TEXT, LONG);
	peer_says(&peer, TEXT, "plain");
	says_compressed(TEXT, LONG);
	peer_is_served_and_closes(&peer, variant);
	hears_compressed(TEXT, LONG);
	hears_compressed(TEXT, LONG);
	peer_hears(&peer, TEXT, "plain");
	hears_compressed(TEXT, LONG);
	peer_was_served(&peer);
}
END_TEST

/* The connection fails before the message is whole. */
static void
fails_within_message(int variant, unsigned code, const char *why)
{
	peer_pauses(&peer);
	peer_says(&peer, FIN | OPCODE_CONTINUATION, "never read");
	peer_open(&peer, variant);
	peer_is_served(&peer);
	peer_hears_close(&peer, code, why);
	peer_hears_nothing(&peer);
	peer_saw_end(&peer, code, CLOSED_BY_US, why);
}

START_TEST(text_is_judged_as_it_is_restored)
{
	int variant = begin(_i);

	says_compressed(OPCODE_TEXT, "not UTF-8: \xC3\x28");
	fails_within_message(
		variant, CLOSE_INVALID_PAYLOAD, "text is not UTF-8");
}
END_TEST

START_TEST(text_is_judged_before_the_limit_behind_it)
{
	int variant = begin(_i);

	peer.settings.max_message = strlen(LONG);
	says_compressed(OPCODE_TEXT, "not UTF-8: \xFF, too long: " LONG);
	fails_within_message(
		variant, CLOSE_INVALID_PAYLOAD, "text is not UTF-8");
}
END_TEST

START_TEST(text_may_not_end_within_a_character)
{
	int variant = begin(_i);

	says_compressed(TEXT, "cut: \xE2\x82");
	peer_open(&peer, variant);
	peer_is_served(&peer);
	peer_hears_close(&peer, CLOSE_INVALID_PAYLOAD, "text is not UTF-8");
}
END_TEST

START_TEST(messages_are_limited_by_what_is_restored)
{
	static const char zeros[2000];
	int variant = begin(_i);

	peer.settings.max_message = sizeof(zeros) - 1;
	peer_says_bytes(&peer, OPCODE_BINARY | RSV1,
		compress_bytes((struct slice){zeros, sizeof(zeros)}));
	fails_within_message(variant, CLOSE_MESSAGE_TOO_BIG, "message too big");
}
END_TEST

/* The empty blocks of stored data cost bytes on the wire only. */
START_TEST(frames_may_be_longer_than_the_limit)
{
	char blocks[50 * 5 + 1] = {0};
	int variant = begin(_i);

	for (size_t i = 0; i < 50; i++)
		memcpy(blocks + 5 * i, "\0\0\0\xFF\xFF", 5);
	peer.settings.max_message = 100;
	peer_says_bytes(
		&peer, BINARY | RSV1, (struct slice){blocks, sizeof(blocks)});
	peer_is_served_and_closes(&peer, variant);
	peer_hears(&peer, BINARY, "");
	peer_was_served(&peer);
}
END_TEST

START_TEST(what_is_no_deflate_data_fails_the_connection)
{
	int variant = begin(_i);

	peer_says(&peer, OPCODE_TEXT | RSV1, "\x07");
	peer_open(&peer, variant);
	peer_is_served(&peer);
	ck_assert_uint_eq(
		connection_end(peer.connection).code, CLOSE_INVALID_PAYLOAD);
}
END_TEST

START_TEST(compression_that_was_not_agreed_on_fails_the_connection)
{
	int variant;

	if (_i % ROLES == 0)
		begin_with(ROLE_SERVER, "permessage-deflate; mode=x", false);
	else
		begin_with(ROLE_SERVER, "x-unknown", false);
	variant = _i / ROLES;
	says_compressed(TEXT, LONG);
	peer_open(&peer, variant);
	peer_is_served(&peer);
	ck_assert_uint_eq(
		connection_end(peer.connection).code, CLOSE_PROTOCOL_ERROR);
}
END_TEST

START_TEST(our_close_is_answered_amid_compressed_messages)
{
	struct message message;
	int variant = begin(_i);

	says_compressed(TEXT, LONG);
	says_compressed(TEXT, LONG);
	peer_says_close(&peer, CLOSE_NORMAL, "");
	peer_open(&peer, variant);
	ck_assert(connection_receive(peer.connection, &message));
	connection_finish(peer.connection);
	peer_hears_close(&peer, CLOSE_NORMAL, "");
	peer_saw_end(&peer, CLOSE_NORMAL, CLOSED_BY_US, "");
}
END_TEST

/* The windows that a peer may have, 8 to 15 bits, both ways and roles. */
START_TEST(memory_stays_within_the_budget)
{
	struct deflate_settings settings = {
		.enabled = true, .window = COMPRESSION_WINDOW, .level = 1};
	struct deflate_agreement agreement = {
		true, {8 + _i % 8, false}, {8 + _i / 8, false}};

	for (int role = 0; role < ROLES; role++) {
		struct compression *compression = compression_new(&agreement,
			&settings, role == 0 ? ROLE_SERVER : ROLE_CLIENT);

		ck_assert_ptr_nonnull(compression);
		ck_assert_uint_le(
			deflater_memory(&compression->deflater) +
				inflater_memory(
					&compression->inflater.direction),
			COMPRESSION_MEMORY);
		compression_free(compression);
	}
}
END_TEST

START_TEST(a_wider_window_has_the_memory_it_needs)
{
	struct deflate_settings settings = {
		.enabled = true, .window = 15, .level = 1};
	struct deflate_agreement agreement = {true, {15, false}, {15, false}};
	struct compression *compression =
		compression_new(&agreement, &settings, ROLE_SERVER);

	ck_assert_ptr_nonnull(compression);
	ck_assert_int_eq(compression->deflater.direction.window, 15);
	compression_free(compression);
}
END_TEST

START_TEST(a_response_that_was_not_offered_is_refused)
{
	static const char *const extensions[] = {
		"x-unknown", "permessage-deflate; mode=x"};
	struct handshake_offer offer = {.host = slice_of("localhost"),
		.target = slice_of("/chat"),
		.key = PEER_KEY};
	struct http_head response;
	struct verdict verdict;

	begin_with(ROLE_CLIENT, extensions[_i], false);
	memory_transport_init_variant(
		&peer.memory, buffer_bytes(&peer.script), 0);
	peer.connection =
		connection_new(&peer.memory.transport, &peer.settings, NULL);
	ck_assert(!connection_request(
		peer.connection, &offer, INT64_MAX - 1, &response, &verdict));
	ck_assert(!verdict_is_fine(verdict));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("compression");
	TCase *cases = tcase_create("compression");
	TCase *budgets = tcase_create("budgets");

	tcase_add_checked_fixture(cases, NULL, tear_down);
	tcase_add_loop_test(cases, restores_and_compresses_messages, 0, LOOPS);
	tcase_add_loop_test(cases, each_message_stands_alone_without_takeover,
		0, MEMORY_TRANSPORT_VARIANTS);
	tcase_add_loop_test(cases,
		control_frames_come_between_compressed_fragments, 0, LOOPS);
	tcase_add_loop_test(cases, short_messages_are_sent_plain, 0, LOOPS);
	tcase_add_loop_test(cases, plain_messages_may_come_between, 0, LOOPS);
	tcase_add_loop_test(cases, text_is_judged_as_it_is_restored, 0, LOOPS);
	tcase_add_loop_test(
		cases, text_is_judged_before_the_limit_behind_it, 0, LOOPS);
	tcase_add_loop_test(
		cases, text_may_not_end_within_a_character, 0, LOOPS);
	tcase_add_loop_test(
		cases, messages_are_limited_by_what_is_restored, 0, LOOPS);
	tcase_add_loop_test(
		cases, frames_may_be_longer_than_the_limit, 0, LOOPS);
	tcase_add_loop_test(
		cases, what_is_no_deflate_data_fails_the_connection, 0, LOOPS);
	tcase_add_loop_test(cases,
		compression_that_was_not_agreed_on_fails_the_connection, 0,
		LOOPS);
	tcase_add_loop_test(cases,
		our_close_is_answered_amid_compressed_messages, 0, LOOPS);
	tcase_add_loop_test(
		cases, a_response_that_was_not_offered_is_refused, 0, 2);
	suite_add_tcase(suite, cases);
	tcase_add_loop_test(budgets, memory_stays_within_the_budget, 0, 64);
	tcase_add_test(budgets, a_wider_window_has_the_memory_it_needs);
	suite_add_tcase(suite, budgets);
	return suite_run(suite);
}
