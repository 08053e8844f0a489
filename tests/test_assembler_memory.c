/* SPDX-License-Identifier: MIT */
#include "assembly.h"
#include "suite.h"

/* Begins a message of fragments with this payload, in thousands. */
static void
receive_fragments(size_t thousands, const char *payload)
{
	assembly_start(ROLE_SERVER, SIZE_MAX);
	put_frame(TEXT_START, "");
	assembly_feed(SIZE_MAX);
	assembly_clear(&from_peer);
	for (size_t i = 0; i < 1000; i++)
		put_frame(MIDDLE, payload);
	for (size_t i = 0; i < thousands; i++)
		assembly_feed(SIZE_MAX);
	assert_transcript("");
	assembly_clear(&from_peer);
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
		assembly_feed(SIZE_MAX);
		assembly_clear(&transcript);
	}
	ck_assert_uint_eq(assembler.message_length, 1000);
	ck_assert_uint_le(assembler.input.capacity, ROOM_MAX);
}
END_TEST

START_TEST(memory_for_a_long_frame_grows_as_it_comes)
{
	static const char piece[4096];

	assembly_start(ROLE_CLIENT, SIZE_MAX);
	put_part(BINARY, INT64_MAX, slice_of(""));
	assembly_feed(SIZE_MAX);
	assembly_clear(&from_peer);
	ck_assert(buffer_append(
		&from_peer, (struct slice){piece, sizeof(piece)}));
	for (size_t come = 0; come < 1 << 20; come += sizeof(piece)) {
		ck_assert_uint_le(
			assembler.input.capacity, 2 * come + ROOM_MAX);
		assembly_feed(SIZE_MAX);
	}
	ck_assert_uint_eq(assembler.message_length, 1 << 20);
	assert_transcript("");
}
END_TEST

START_TEST(what_is_discarded_takes_no_memory)
{
	static const char payload[1000];

	assembly_start(ROLE_SERVER, sizeof(payload));
	assembler_discard(&assembler);
	for (size_t i = 0; i < 1000; i++)
		put_part(i == 0 ? BINARY_START : MIDDLE, sizeof(payload),
			(struct slice){payload, sizeof(payload)});
	ck_assert(verdict_is_fine(assembly_feed(SIZE_MAX)));
	ck_assert_uint_le(assembler.input.capacity, ROOM_MAX);
	assert_transcript("");
}
END_TEST

START_TEST(relaxing_gives_memory_back_unless_there_are_bytes_in_it)
{
	for (size_t i = 0; i < 2 * chunk_size_count; i++) {
		struct slice left;

		assembly_start(roles[i % 2], MAX_MESSAGE);
		put_frame(TEXT_START, "a");
		put_frame(END, "b");
		left = buffer_bytes(&from_peer);
		while (left.length > 0) {
			assembly_receive(&left, chunk_sizes[i / 2]);
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

	assembly_start(ROLE_CLIENT, MAX_MESSAGE);
	ck_assert(assembler_reserve(&assembler));
	little = assembler.input.capacity;
	ck_assert_uint_eq(little, BUFFER_CAPACITY_MIN);
	for (size_t i = 0; i < 4000; i++)
		put_frame(PING, A125);
	assembly_feed(little - 1);
	ck_assert_uint_le(assembler.input.capacity, 2 * little);
	assembly_feed(SIZE_MAX);
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
	assembly_start(ROLE_SERVER, MAX_MESSAGE);
	assembler.input.end = assembler.input.capacity = SIZE_MAX / 2;
	ck_assert(!assembler_reserve(&assembler));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("assembler_memory");
	TCase *cases = tcase_create("assembler_memory");

	tcase_add_checked_fixture(cases, NULL, assembly_end);
	tcase_set_timeout(cases, 60); /* valgrind takes its time */
	tcase_add_test(cases, millions_of_empty_fragments_take_no_memory);
	tcase_add_test(cases,
		a_million_fragments_of_one_byte_take_memory_by_their_bytes);
	tcase_add_test(cases,
		a_flood_of_control_frames_within_a_message_takes_no_memory);
	tcase_add_test(cases, memory_for_a_long_frame_grows_as_it_comes);
	tcase_add_test(cases, what_is_discarded_takes_no_memory);
	tcase_add_test(
		cases, relaxing_gives_memory_back_unless_there_are_bytes_in_it);
	tcase_add_test(cases, makes_room_for_little_until_more_comes_at_once);
	tcase_add_test(cases, says_when_there_is_no_memory);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
