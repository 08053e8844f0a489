/* SPDX-License-Identifier: MIT */
#include "assembly.h"
#include "guard.h"
#include "protocol/close_code.h"
#include "suite.h"

#include <string.h>

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
		assembly_start(roles[i % 2], MAX_MESSAGE);
		put_frames(scenarios[_i].frames);
		assembly_feed(chunk_sizes[i / 2]);
		assert_transcript(scenarios[_i].transcript);
	}
}
END_TEST

/* The first length bytes from the peer are there, but not one behind them. */
static void
assemble_at_guard_page(size_t length, const char *expected)
{
	char *copy = guard_copy(from_peer.data, length);

	assembler_init(&assembler, assembler.role, MAX_MESSAGE);
	assembler.input = (struct buffer){copy, 0, length, length};
	assembly_clear(&transcript);
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
		assembly_start(roles[i % 2], MAX_MESSAGE);
		put_frames(scenarios[i / 2].frames);
		for (size_t j = 1; j <= buffer_length(&from_peer); j++)
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

	assembly_start(role, 1000);
	if ((first & 0x0F) == OPCODE_CONTINUATION)
		put_frame(TEXT_START, "a");
	put_part(first, length, slice_of(part));
	verdict = assembly_feed(SIZE_MAX);
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
	assembly_start(roles[_i], MAX_MESSAGE);
	put_frame(TEXT, "a");
	assembler.role = roles[!_i];
	assembly_feed(1);
	assert_transcript("1002");
}
END_TEST

START_TEST(discards_messages_but_not_control_frames)
{
	static const struct frame rest[] = {{MIDDLE, "not"}, {PING, "x"},
		{END, ""}, {TEXT, ""}, {BINARY, A14}, {CLOSE, "\x03\xE8"},
		{TEXT, "\xFF"}, {0, NULL}};

	for (size_t i = 0; i < 2 * chunk_size_count; i++) {
		assembly_start(roles[i % 2], MAX_MESSAGE);
		put_frame(TEXT_START, "begun before");
		assembly_feed(chunk_sizes[i / 2]);
		assembly_clear(&from_peer);
		assembler_discard(&assembler);
		ck_assert_uint_eq(assembler.message_length, 0);
		put_frames(rest);
		assembly_feed(chunk_sizes[i / 2]);
		ck_assert_uint_eq(assembler.message_length, 0);
		assert_transcript("9:x 8:\x03\xE8 1007");
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("assembler");
	TCase *cases = tcase_create("assembler");

	tcase_add_checked_fixture(cases, NULL, assembly_end);
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
	tcase_add_test(cases, discards_messages_but_not_control_frames);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
