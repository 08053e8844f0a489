/* SPDX-License-Identifier: MIT */
#include "bench/replies.h"
#include "protocol/mask.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define SIZE 300

static struct messages messages;
static struct expectation expectation;
static struct replies replies;
static struct buffer stream;
static struct intake intake;

static void
set_up(void)
{
	ck_assert(messages_make(&messages, BENCH_ASCII, SIZE, false));
	expectation_init(&expectation, &messages, false);
	replies_init(&replies, &expectation);
	intake = (struct intake){.verdict = VERDICT_FINE};
}

static void
tear_down(void)
{
	replies_release(&replies);
	messages_release(&messages);
	buffer_release(&stream);
}

static void
add_frame(const struct frame_header *header, struct slice payload)
{
	char bytes[FRAME_HEADER_MAX];
	size_t size = frame_header_encode(header, bytes);

	ck_assert(buffer_append(&stream, (struct slice){bytes, size}));
	ck_assert(buffer_append(&stream, payload));
}

static void
add(enum opcode opcode, struct slice payload)
{
	const struct frame_header header = {.fin = true,
		.opcode = opcode,
		.payload_length = payload.length};

	add_frame(&header, payload);
}

/* The reply to number index, behind a prefix. */
static void
add_reply(const char *prefix, uint64_t index)
{
	struct buffer reply = {0};

	ck_assert(buffer_append_string(&reply, prefix));
	ck_assert(buffer_append(&reply, messages_payload(&messages, index)));
	add(OPCODE_TEXT, buffer_bytes(&reply));
	buffer_release(&reply);
}

static void
add_fragment(enum opcode opcode, bool fin, struct slice payload)
{
	const struct frame_header header = {
		.fin = fin, .opcode = opcode, .payload_length = payload.length};

	add_frame(&header, payload);
}

/* Gives all that was added, in pieces of a size. */
static void
take(size_t chunk)
{
	struct slice rest = buffer_bytes(&stream);

	while (rest.length > 0) {
		struct slice piece = {
			rest.data, chunk < rest.length ? chunk : rest.length};

		replies_take(&replies, piece, &intake);
		rest.data += piece.length;
		rest.length -= piece.length;
	}
	buffer_consume(&stream, buffer_length(&stream));
}

static void
assert_counts(uint64_t right, uint64_t wrong)
{
	ck_assert(verdict_is_fine(intake.verdict));
	ck_assert_uint_eq(intake.right, right);
	ck_assert_uint_eq(intake.wrong, wrong);
	ck_assert_uint_eq(replies.count, right + wrong);
}

static const char *const prefixes[] = {"", "Server received: "};

START_TEST(counts_right_replies)
{
	for (size_t p = 0; p < COUNT_OF(prefixes); p++) {
		tear_down();
		set_up();
		for (uint64_t i = 0; i < 40; i++)
			add_reply(prefixes[p], i);
		take(chunk_sizes[_i]);
		assert_counts(40, 0);
		ck_assert_uint_eq(
			expectation.prefix_length, strlen(prefixes[p]));
	}
}
END_TEST

START_TEST(finds_a_wrong_byte_wherever_it_is)
{
	char changed[SIZE];

	add_reply("", 0);
	for (uint64_t i = 1; i < 20; i += 2) {
		memcpy(changed, messages_payload(&messages, i).data, SIZE);
		changed[i == 19 ? SIZE - 1 : i * 15 - 15] ^= 1;
		add(OPCODE_TEXT, (struct slice){changed, SIZE});
		add_reply("", i + 1);
	}
	take(chunk_sizes[_i]);
	assert_counts(11, 10);
}
END_TEST

START_TEST(finds_a_wrong_length_and_goes_on)
{
	add_reply("", 0);
	add(OPCODE_TEXT, (struct slice){messages.payloads, SIZE - 1});
	add_reply("", 2);
	add(OPCODE_TEXT, (struct slice){messages.payloads, SIZE + 1});
	add(OPCODE_TEXT, (struct slice){NULL, 0});
	add(OPCODE_BINARY, messages_payload(&messages, 5));
	add_reply("", 6);
	take(chunk_sizes[_i]);
	assert_counts(3, 4);
}
END_TEST

START_TEST(joins_fragments_with_control_frames_between)
{
	for (uint64_t i = 0; i < 3; i += 2) {
		struct slice payload = messages_payload(&messages, i), rest;

		rest = (struct slice){payload.data + 100, SIZE - 100};
		payload.length = 100;
		add_fragment(OPCODE_TEXT, false, payload);
		add(OPCODE_PING, slice_of("hello"));
		add_fragment(OPCODE_CONTINUATION, true, rest);
		add(OPCODE_PONG, slice_of(""));
		add_reply("", i + 1);
	}
	take(chunk_sizes[_i]);
	assert_counts(4, 0);
	ck_assert(intake.is_pinged);
	ck_assert_uint_eq(intake.ping_length, 5);
	ck_assert_mem_eq(intake.ping, "hello", 5);
}
END_TEST

START_TEST(stops_at_a_close)
{
	add_reply("", 0);
	add(OPCODE_CLOSE, (struct slice){"\x03\xe9", 2});
	add_reply("", 1);
	take(chunk_sizes[_i]);
	assert_counts(1, 0);
	ck_assert(intake.is_closed);
	ck_assert_uint_eq(intake.code, 1001);
}
END_TEST

START_TEST(stops_at_what_breaks_the_protocol)
{
	const struct frame_header masked = {.fin = true,
		.opcode = OPCODE_TEXT,
		.masked = true,
		.payload_length = SIZE};

	add_reply("", 0);
	add_frame(&masked, messages_payload(&messages, 1));
	add_reply("", 2);
	take(chunk_sizes[_i]);
	ck_assert_uint_eq(intake.verdict.code, CLOSE_PROTOCOL_ERROR);
	ck_assert_uint_eq(intake.right, 1);
}
END_TEST

START_TEST(refuses_what_is_longer_than_any_prefix)
{
	size_t length = SIZE + EXPECTATION_PREFIX_MAX + 1;
	char *long_reply = calloc(length, 1);

	ck_assert_ptr_nonnull(long_reply);
	add(OPCODE_TEXT, (struct slice){long_reply, length});
	take(chunk_sizes[_i]);
	ck_assert_uint_eq(intake.verdict.code, CLOSE_MESSAGE_TOO_BIG);
	free(long_reply);
}
END_TEST

START_TEST(restores_compressed_replies)
{
	const struct deflate_direction direction = {.window = 9};

	tear_down();
	ck_assert(messages_make(&messages, BENCH_ASCII, SIZE, true));
	ck_assert(messages_compress(&messages, &direction));
	expectation_init(&expectation, &messages, false);
	replies_init(&replies, &expectation);
	replies_inflate(&replies, &direction);
	for (uint64_t i = 0; i < 10; i++) {
		struct slice sent = messages_sent(&messages, i == 7 ? 3 : i);
		const struct frame_header header = {.fin = true,
			.rsv1 = true,
			.opcode = OPCODE_TEXT,
			.payload_length = sent.length};

		add_frame(&header, sent);
	}
	take(chunk_sizes[_i]);
	assert_counts(9, 1);
}
END_TEST

/* As rawecho answers: still masked, with a key of 0. */
START_TEST(takes_the_echo_of_bytes_for_replies)
{
	const struct frame_header header = {.fin = true,
		.opcode = OPCODE_TEXT,
		.masked = true,
		.payload_length = SIZE};

	expectation_init(&expectation, &messages, true);
	replies_release(&replies);
	replies_init(&replies, &expectation);
	for (uint64_t i = 0; i < 20; i++)
		add_frame(&header, messages_payload(&messages, i));
	take(chunk_sizes[_i]);
	assert_counts(20, 0);
}
END_TEST

START_TEST(compares_where_bytes_were_received)
{
	for (uint64_t i = 0; i < 4; i++)
		add_reply("", i);
	take(SIZE_MAX);
	for (uint64_t i = 4; i < 8; i++)
		add_reply("", i);
	take(SIZE_MAX);
	assert_counts(8, 0);
	ck_assert_uint_eq(replies.assembler.input.capacity, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("replies");
	TCase *cases = tcase_create("replies");
	int chunks = (int)chunk_size_count;

	tcase_set_timeout(cases, 60);
	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(cases, counts_right_replies, 0, chunks);
	tcase_add_loop_test(
		cases, finds_a_wrong_byte_wherever_it_is, 0, chunks);
	tcase_add_loop_test(cases, finds_a_wrong_length_and_goes_on, 0, chunks);
	tcase_add_loop_test(
		cases, joins_fragments_with_control_frames_between, 0, chunks);
	tcase_add_loop_test(cases, stops_at_a_close, 0, chunks);
	tcase_add_loop_test(
		cases, stops_at_what_breaks_the_protocol, 0, chunks);
	tcase_add_loop_test(
		cases, refuses_what_is_longer_than_any_prefix, 0, chunks);
	tcase_add_loop_test(cases, restores_compressed_replies, 0, chunks);
	tcase_add_loop_test(
		cases, takes_the_echo_of_bytes_for_replies, 0, chunks);
	tcase_add_test(cases, compares_where_bytes_were_received);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
