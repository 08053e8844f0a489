/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "protocol/assembler.h"
#include "protocol/close_code.h"
#include "protocol/mask.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define FIN 0x80
#define TEXT (FIN | OPCODE_TEXT)
#define BINARY (FIN | OPCODE_BINARY)
#define TEXT_START OPCODE_TEXT
#define BINARY_START OPCODE_BINARY
#define MIDDLE OPCODE_CONTINUATION
#define END (FIN | OPCODE_CONTINUATION)
#define CLOSE (FIN | OPCODE_CLOSE)
#define PING (FIN | OPCODE_PING)
#define PONG (FIN | OPCODE_PONG)

#define MAX_MESSAGE 16

/* The most that is received at once, doubled by a growing buffer. */
#define ROOM_MAX 131072

static const enum role roles[] = {ROLE_SERVER, ROLE_CLIENT};

/* What the peer sends: the first byte of the header and the payload. */
struct frame {
	unsigned char first;
	const char *payload; /* NULL behind the last frame */
};

static struct assembler assembler;
static struct buffer wire;	 /* what the peer sends */
static struct buffer transcript; /* of what came out */

static void
clear(struct buffer *buffer)
{
	buffer_consume(buffer, buffer_length(buffer));
}

static void
start(enum role role, size_t max_message)
{
	assembler_release(&assembler);
	assembler_init(&assembler, role, max_message);
	clear(&wire);
	clear(&transcript);
}

static void
tear_down(void)
{
	assembler_release(&assembler);
	buffer_release(&wire);
	buffer_release(&transcript);
}

/* Announces a payload of length but appends these bytes of it. */
static void
put_part(unsigned char first, uint64_t length, struct slice payload)
{
	struct frame_header header = {length, OPCODE_CONTINUATION, false, false,
		assembler.role == ROLE_SERVER, {0x37, 0xFA, 0x21, 0x3D}};
	char data[FRAME_HEADER_MAX];
	size_t size = frame_header_encode(&header, data);

	data[0] = (char)first;
	ck_assert(buffer_append(&wire, (struct slice){data, size}));
	ck_assert(buffer_append(&wire, payload));
	if (header.masked)
		mask_apply(buffer_room(&wire) - payload.length, payload.length,
			header.masking_key, 0);
}

static void
put_frame(unsigned char first, const char *payload)
{
	put_part(first, strlen(payload), slice_of(payload));
}

static void
put_frames(const struct frame *frames)
{
	for (; frames->payload != NULL; frames++)
		put_frame(frames->first, frames->payload);
}

/* Appends "opcode:payload " for each message, the code of a failure. */
static struct verdict
write_transcript(void)
{
	struct message message;
	struct verdict verdict;
	char text[16];

	while (assembler_next(&assembler, &message, &verdict)) {
		snprintf(text, sizeof(text), "%X:", message.opcode);
		if (!buffer_append_string(&transcript, text) ||
			!buffer_append(&transcript, message.payload) ||
			!buffer_append_string(&transcript, " "))
			ck_abort_msg("memory is short");
	}
	if (!verdict_is_fine(verdict)) {
		snprintf(text, sizeof(text), "%u", verdict.code);
		ck_assert(buffer_append_string(&transcript, text));
		ck_assert_ptr_nonnull(verdict.why);
	}
	return verdict;
}

/* Receives up to count bytes as a connection would. */
static void
receive(struct slice *left, size_t count)
{
	ck_assert(assembler_reserve(&assembler));
	if (count > left->length)
		count = left->length;
	if (count > buffer_room_size(&assembler.input))
		count = buffer_room_size(&assembler.input);
	ck_assert_uint_gt(count, 0);
	memcpy(buffer_room(&assembler.input), left->data, count);
	buffer_add(&assembler.input, count);
	assembler_received(&assembler);
	left->data += count;
	left->length -= count;
}

/* Receives what is on the wire, in chunks. */
static struct verdict
feed(size_t chunk)
{
	struct slice left = buffer_bytes(&wire);
	struct verdict verdict = VERDICT_FINE;

	while (left.length > 0 && verdict_is_fine(verdict)) {
		receive(&left, chunk);
		verdict = write_transcript();
	}
	return verdict;
}

static void
assert_transcript(const char *expected)
{
	struct slice got = buffer_bytes(&transcript);

	if (!slice_equals(got, slice_of(expected)))
		ck_abort_msg("\"%.*s\", not \"%s\"", (int)got.length, got.data,
			expected);
}

#define A14 "aaaaaaaaaaaaaa"
#define A125                                                                   \
	A14 A14 A14 A14 A14 A14 A14 A14 "aaaaaaaaaaaaa" /* of 14 * 8 + 13 */

static const struct {
	struct frame frames[8];
	const char *transcript;
} scenarios[] = {
	/* Section 5.6: whole messages. */
	{{{TEXT, "Hello"}}, "1:Hello "},
	{{{BINARY, "\xFF\xC0"}}, "2:\xFF\xC0 "},
	{{{TEXT, ""}, {BINARY, ""}, {TEXT, "b"}}, "1: 2: 1:b "},
	{{{TEXT, A14 "aa"}, {BINARY, A14 "aa"}}, "1:" A14 "aa 2:" A14 "aa "},
	/* Section 5.4: fragments. */
	{{{TEXT_START, "Hel"}, {END, "lo"}}, "1:Hello "},
	{{{TEXT_START, "H"}, {MIDDLE, "el"}, {MIDDLE, ""}, {END, "lo"}},
		"1:Hello "},
	{{{BINARY_START, ""}, {MIDDLE, ""}, {END, ""}, {TEXT, "b"}}, "2: 1:b "},
	{{{BINARY_START, "\xCE"}, {END, "\xFF"}}, "2:\xCE\xFF "},
	{{{MIDDLE, "a"}}, "1002"},
	{{{END, ""}}, "1002"},
	{{{TEXT, "a"}, {END, "b"}}, "1:a 1002"},
	{{{TEXT_START, "a"}, {END, "b"}, {MIDDLE, "c"}}, "1:ab 1002"},
	{{{TEXT_START, "a"}, {TEXT, "b"}}, "1002"},
	{{{TEXT_START, "a"}, {BINARY_START, "b"}}, "1002"},
	{{{BINARY_START, "a"}, {MIDDLE, "b"}, {TEXT_START, "c"}}, "1002"},
	/* Section 5.5: control frames, between fragments too. */
	{{{PING, ""}, {PONG, "x"}, {CLOSE, "\x03\xE8"}}, "9: A:x 8:\x03\xE8 "},
	{{{PING, A125}, {TEXT, "a"}}, "9:" A125 " 1:a "},
	{{{TEXT_START, "Hel"}, {PING, "x"}, {END, "lo"}}, "9:x 1:Hello "},
	{{{TEXT_START, ""}, {PING, "x"}, {PONG, ""}, {MIDDLE, "a"}, {CLOSE, ""},
		 {END, "b"}, {PING, "y"}},
		"9:x A: 8: 1:ab 9:y "},
	{{{TEXT_START, "\xCE"}, {PING, "\xFF"}, {END, "\xBA"}},
		"9:\xFF 1:\xCE\xBA "},
	{{{TEXT_START, "a"}, {OPCODE_PING, "x"}}, "1002"},
	{{{PING, A125 "a"}}, "1002"},
	/* Section 5.2: reserved bits and opcodes. */
	{{{TEXT | 0x40, "a"}}, "1002"},
	{{{TEXT, "a"}, {TEXT | 0x20, "b"}}, "1:a 1002"},
	{{{TEXT_START, "a"}, {END | 0x10, "b"}}, "1002"},
	{{{FIN | 0x3, ""}}, "1002"},
	{{{PING, "x"}, {FIN | 0xB, ""}}, "9:x 1002"},
	/* Section 8.1: UTF-8 over all fragments. */
	{{{TEXT, "\xCE\xBA\xF0\x9F\x91\x8B"}}, "1:\xCE\xBA\xF0\x9F\x91\x8B "},
	{{{TEXT_START, "\xF0"}, {MIDDLE, "\x9F"}, {MIDDLE, ""},
		 {MIDDLE, "\x91"}, {END, "\x8B"}},
		"1:\xF0\x9F\x91\x8B "},
	{{{TEXT, "a\xC0\x80"}}, "1007"},
	{{{TEXT, "\xED\xA0\x80"}}, "1007"},
	{{{TEXT, "\xF4\x90\x80\x80"}}, "1007"},
	{{{TEXT, "cut \xE2\x82"}}, "1007"},
	{{{TEXT_START, "\xE2\x82"}, {END, ""}}, "1007"},
	{{{TEXT_START, "\xE2"}, {MIDDLE, "\x82"}, {END, "a"}}, "1007"},
	{{{TEXT_START, "\xC3"}, {MIDDLE, "a"}, {END, "\xA4"}}, "1007"},
	{{{TEXT_START, "\xE2"}, {PING, "\x82"}, {END, ""}}, "9:\x82 1007"},
	{{{BINARY, "\xE2"}, {TEXT, "\x82"}}, "2:\xE2 1007"},
	/* The limit, at its crossing. */
	{{{TEXT, A14 "aaa"}}, "1009"},
	{{{BINARY_START, A14}, {END, "aa"}}, "2:" A14 "aa "},
	{{{BINARY_START, A14}, {PING, A14}, {END, "aaa"}}, "9:" A14 " 1009"},
	{{{BINARY_START, A14 "aa"}, {MIDDLE, ""}, {END, ""}}, "2:" A14 "aa "},
	{{{BINARY_START, A14 "aa"}, {MIDDLE, "a"}}, "1009"},
};

START_TEST(assembles_what_comes_in_chunks_of_any_size)
{
	for (size_t i = 0; i < 2 * chunk_size_count; i++) {
		start(roles[i % 2], MAX_MESSAGE);
		put_frames(scenarios[_i].frames);
		feed(chunk_sizes[i / 2]);
		assert_transcript(scenarios[_i].transcript);
	}
}
END_TEST

/* The first length bytes of the wire are there, but not one behind them. */
static void
assemble_at_guard_page(size_t length, const char *expected)
{
	char *copy = guard_copy(wire.data, length);

	assembler_init(&assembler, assembler.role, MAX_MESSAGE);
	assembler.input = (struct buffer){copy, 0, length, length};
	clear(&transcript);
	write_transcript();
	ck_assert_int_eq(strncmp(transcript.data != NULL ? transcript.data : "",
				 expected, buffer_length(&transcript)),
		0);
	assembler.input = (struct buffer){0};
	guard_free(copy, length);
}

START_TEST(reads_no_byte_behind_those_received)
{
	for (size_t i = 0; i < 2 * COUNT_OF(scenarios); i++) {
		start(roles[i % 2], MAX_MESSAGE);
		put_frames(scenarios[i / 2].frames);
		for (size_t j = 1; j <= buffer_length(&wire); j++)
			assemble_at_guard_page(j, scenarios[i / 2].transcript);
	}
}
END_TEST

/* The code for a frame, of a message when it is no first one, begun so. */
static unsigned
code_of_part(
	enum role role, unsigned char first, uint64_t length, const char *part)
{
	struct verdict verdict;

	start(role, 1000);
	if ((first & 0x0F) == OPCODE_CONTINUATION)
		put_frame(TEXT_START, "a");
	put_part(first, length, slice_of(part));
	verdict = feed(SIZE_MAX);
	ck_assert_uint_le(assembler.input.capacity, ROOM_MAX);
	return verdict.code;
}

START_TEST(fails_at_the_first_bad_byte_before_the_frame_is_complete)
{
	static const unsigned char firsts[] = {TEXT, TEXT_START, MIDDLE, END};
	static const struct {
		const char *part;
		unsigned code;
	} parts[] = {{"good so far \xE2\x82", 0},
		{"bad now \xE2\x28", CLOSE_INVALID_PAYLOAD},
		{"\xFF", CLOSE_INVALID_PAYLOAD}};

	for (size_t i = 0; i < COUNT_OF(firsts) * COUNT_OF(parts); i++)
		ck_assert_uint_eq(code_of_part(roles[_i], firsts[i % 4], 500,
					  parts[i / 4].part),
			parts[i / 4].code);
}
END_TEST

static const struct {
	unsigned char first;
	uint64_t length;
	unsigned code;
} announced[] = {
	{TEXT, 1000, 0},
	{END, 999, 0},
	{TEXT, 1001, CLOSE_MESSAGE_TOO_BIG},
	{BINARY_START, 1001, CLOSE_MESSAGE_TOO_BIG},
	{MIDDLE, 1000, CLOSE_MESSAGE_TOO_BIG},
	{BINARY, INT64_MAX, CLOSE_MESSAGE_TOO_BIG},
	{MIDDLE, INT64_MAX, CLOSE_MESSAGE_TOO_BIG},
	{PING, INT64_MAX, CLOSE_PROTOCOL_ERROR},
	{BINARY, UINT64_C(1) << 63, CLOSE_PROTOCOL_ERROR},
	{MIDDLE, UINT64_C(1) << 63, CLOSE_PROTOCOL_ERROR},
	{PING, UINT64_C(1) << 63, CLOSE_PROTOCOL_ERROR},
	{BINARY, UINT64_MAX, CLOSE_PROTOCOL_ERROR},
	{MIDDLE, UINT64_MAX, CLOSE_PROTOCOL_ERROR},
	{CLOSE, UINT64_MAX, CLOSE_PROTOCOL_ERROR},
	{BINARY, UINT64_MAX - 3, CLOSE_PROTOCOL_ERROR},
	{END, UINT64_MAX - 3, CLOSE_PROTOCOL_ERROR},
	{PONG, UINT64_MAX - 3, CLOSE_PROTOCOL_ERROR},
};

START_TEST(announced_lengths_are_judged_by_the_header_alone)
{
	for (size_t i = 0; i < COUNT_OF(roles); i++)
		ck_assert_uint_eq(code_of_part(roles[i], announced[_i].first,
					  announced[_i].length, ""),
			announced[_i].code);
}
END_TEST

START_TEST(a_frame_masked_for_the_other_end_fails_with_1002)
{
	start(roles[_i], MAX_MESSAGE);
	put_frame(TEXT, "a");
	assembler.role = roles[!_i];
	feed(1);
	assert_transcript("1002");
}
END_TEST

/* Begins a message of fragments with this payload, in thousands. */
static void
receive_fragments(size_t thousands, const char *payload)
{
	start(ROLE_SERVER, SIZE_MAX);
	put_frame(TEXT_START, "");
	feed(SIZE_MAX);
	clear(&wire);
	for (size_t i = 0; i < 1000; i++)
		put_frame(MIDDLE, payload);
	for (size_t i = 0; i < thousands; i++)
		feed(SIZE_MAX);
	assert_transcript("");
	clear(&wire);
}

START_TEST(millions_of_empty_fragments_take_no_memory)
{
	receive_fragments(3000, "");
	ck_assert_uint_le(assembler.input.capacity, ROOM_MAX);
	ck_assert_uint_eq(assembler.message_length, 0);
}
END_TEST

START_TEST(a_million_fragments_of_one_byte_take_memory_by_their_bytes)
{
	receive_fragments(1000, "a");
	ck_assert_uint_eq(assembler.message_length, 1000000);
	ck_assert_uint_le(assembler.input.capacity, 2097152);
}
END_TEST

START_TEST(a_flood_of_control_frames_within_a_message_takes_no_memory)
{
	receive_fragments(1, "a");
	for (size_t i = 0; i < 1000; i++)
		put_frame(i % 2 == 0 ? PING : PONG, i % 4 == 0 ? "x" : "");
	for (size_t i = 0; i < 20; i++) {
		feed(SIZE_MAX);
		clear(&transcript);
	}
	ck_assert_uint_eq(assembler.message_length, 1000);
	ck_assert_uint_le(assembler.input.capacity, ROOM_MAX);
}
END_TEST

START_TEST(memory_for_a_long_frame_grows_as_it_comes)
{
	static const char piece[4096];

	start(ROLE_CLIENT, SIZE_MAX);
	put_part(BINARY, INT64_MAX, slice_of(""));
	feed(SIZE_MAX);
	clear(&wire);
	ck_assert(buffer_append(&wire, (struct slice){piece, sizeof(piece)}));
	for (size_t come = 0; come < 1 << 20; come += sizeof(piece)) {
		ck_assert_uint_le(
			assembler.input.capacity, 2 * come + ROOM_MAX);
		feed(SIZE_MAX);
	}
	ck_assert_uint_eq(assembler.message_length, 1 << 20);
	assert_transcript("");
}
END_TEST

START_TEST(discards_messages_but_not_control_frames)
{
	static const struct frame rest[] = {{MIDDLE, "not"}, {PING, "x"},
		{END, ""}, {TEXT, ""}, {BINARY, A14}, {CLOSE, "\x03\xE8"},
		{TEXT, "\xFF"}, {0, NULL}};

	for (size_t i = 0; i < 2 * chunk_size_count; i++) {
		start(roles[i % 2], MAX_MESSAGE);
		put_frame(TEXT_START, "begun before");
		feed(chunk_sizes[i / 2]);
		clear(&wire);
		assembler_discard(&assembler);
		ck_assert_uint_eq(assembler.message_length, 0);
		put_frames(rest);
		feed(chunk_sizes[i / 2]);
		ck_assert_uint_eq(assembler.message_length, 0);
		assert_transcript("9:x 8:\x03\xE8 1007");
	}
}
END_TEST

START_TEST(what_is_discarded_takes_no_memory)
{
	static const char payload[1000];

	start(ROLE_SERVER, sizeof(payload));
	assembler_discard(&assembler);
	for (size_t i = 0; i < 1000; i++)
		put_part(i == 0 ? BINARY_START : MIDDLE, sizeof(payload),
			(struct slice){payload, sizeof(payload)});
	ck_assert(verdict_is_fine(feed(SIZE_MAX)));
	ck_assert_uint_le(assembler.input.capacity, ROOM_MAX);
	assert_transcript("");
}
END_TEST

START_TEST(relaxing_gives_memory_back_unless_there_are_bytes_in_it)
{
	for (size_t i = 0; i < 2 * chunk_size_count; i++) {
		struct slice left;

		start(roles[i % 2], MAX_MESSAGE);
		put_frame(TEXT_START, "a");
		put_frame(END, "b");
		left = buffer_bytes(&wire);
		while (left.length > 0) {
			receive(&left, chunk_sizes[i / 2]);
			write_transcript();
			assembler_relax(&assembler);
		}
		ck_assert_ptr_null(assembler.input.data);
		assert_transcript("1:ab ");
	}
}
END_TEST

START_TEST(makes_room_for_little_until_more_comes_at_once)
{
	size_t little;

	start(ROLE_CLIENT, MAX_MESSAGE);
	ck_assert(assembler_reserve(&assembler));
	little = assembler.input.capacity;
	ck_assert_uint_eq(little, BUFFER_CAPACITY_MIN);
	for (size_t i = 0; i < 4000; i++)
		put_frame(PING, A125);
	feed(little - 1);
	ck_assert_uint_le(assembler.input.capacity, 2 * little);
	feed(SIZE_MAX);
	ck_assert_uint_ge(assembler.input.capacity, ROOM_MAX / 2);
	ck_assert_uint_le(assembler.input.capacity, ROOM_MAX);
	assembler_relax(&assembler);
	ck_assert(assembler_reserve(&assembler));
	ck_assert_uint_eq(assembler.input.capacity, little);
}
END_TEST

/* A buffer that seems to hold as many bytes as one may cannot grow. */
START_TEST(says_when_there_is_no_memory)
{
	start(ROLE_SERVER, MAX_MESSAGE);
	assembler.input.end = assembler.input.capacity = SIZE_MAX / 2;
	ck_assert(!assembler_reserve(&assembler));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("assembler");
	TCase *cases = tcase_create("assembler");

	tcase_add_checked_fixture(cases, NULL, tear_down);
	tcase_set_timeout(cases, 60); /* valgrind takes its time */
	tcase_add_loop_test(cases, assembles_what_comes_in_chunks_of_any_size,
		0, COUNT_OF(scenarios));
	tcase_add_test(cases, reads_no_byte_behind_those_received);
	tcase_add_loop_test(cases,
		fails_at_the_first_bad_byte_before_the_frame_is_complete, 0,
		COUNT_OF(roles));
	tcase_add_loop_test(cases,
		announced_lengths_are_judged_by_the_header_alone, 0,
		COUNT_OF(announced));
	tcase_add_loop_test(cases,
		a_frame_masked_for_the_other_end_fails_with_1002, 0,
		COUNT_OF(roles));
	tcase_add_test(cases, millions_of_empty_fragments_take_no_memory);
	tcase_add_test(cases,
		a_million_fragments_of_one_byte_take_memory_by_their_bytes);
	tcase_add_test(cases,
		a_flood_of_control_frames_within_a_message_takes_no_memory);
	tcase_add_test(cases, memory_for_a_long_frame_grows_as_it_comes);
	tcase_add_test(cases, discards_messages_but_not_control_frames);
	tcase_add_test(cases, what_is_discarded_takes_no_memory);
	tcase_add_test(
		cases, relaxing_gives_memory_back_unless_there_are_bytes_in_it);
	tcase_add_test(cases, makes_room_for_little_until_more_comes_at_once);
	tcase_add_test(cases, says_when_there_is_no_memory);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
