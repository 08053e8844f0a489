/* SPDX-License-Identifier: MIT */
#include "deflation.h"
#include "protocol/close_code.h"
#include "suite.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	struct slice bytes;
	const char *why;
} broken[] = {
	{INITIAL("\xF2"), "compressed message is cut short"},
	{INITIAL("\xF2\x48\xCD\xC9\xC9"), "compressed message is cut short"},
	{INITIAL("\xF2\x48\xCD\xC9\xC9\x07"),
		"compressed message is cut short"},
	{INITIAL("\x00\x05\x00\xFA\xFFHello"),
		"compressed message is cut short"},
	{INITIAL("\x00\x05\x00\xFA\xFFH"), "compressed message is cut short"},
	{INITIAL("\x00\x00"), "compressed message is cut short"},
	{INITIAL("\x00\x00\x00\xFF"), "compressed message is cut short"},
	{INITIAL("\x00\x00\x00\xFF\xFF"), "compressed message is cut short"},
	{INITIAL("\x04"), "compressed message is cut short"},
	{INITIAL("\x06"), "invalid compressed data"}, /* a block of type 3 */
	{INITIAL("\x00\x05\x00\xFA\xFEHello"), "invalid compressed data"},
	{INITIAL(HELLO_AGAIN), "invalid compressed data"},
	{INITIAL("\xF3\x48\xCD\xC9\xC9\x07\x00\x06"),
		"invalid compressed data"},
	{INITIAL("\x03\x00\x02"), "compressed message is cut short"},
};

START_TEST(what_is_not_deflated_fails_with_1007)
{
	for (size_t i = 0; i < chunk_size_count; i++) {
		struct verdict verdict;

		deflation_start(15, i % 2 == 0);
		verdict = deflation_receive(
			broken[_i].bytes, chunk_sizes[i], 100);
		ck_assert_uint_eq(verdict.code, CLOSE_INVALID_PAYLOAD);
		ck_assert_str_eq(verdict.why, broken[_i].why);
	}
}
END_TEST

/* Whatever it is; a message that is well may follow one that was. */
static void
assert_survives(struct slice bytes, size_t chunk)
{
	struct verdict verdict = deflation_receive(bytes, chunk, 5000);

	switch (verdict.code) {
	case 0:
		deflation_send(BYTES("Hello"));
		assert_restores(buffer_bytes(&wire), SIZE_MAX, BYTES("Hello"));
		break;
	case CLOSE_MESSAGE_TOO_BIG:
		ck_assert_uint_eq(buffer_length(&restored), 5000);
		break;
	default:
		ck_assert_uint_eq(verdict.code, CLOSE_INVALID_PAYLOAD);
	}
}

/* What follows is more than zlib is given at once, and is left alone. */
START_TEST(nothing_is_looked_at_behind_what_is_broken)
{
	static char garbage[200000];
	size_t i = sizeof(garbage);

	while (i-- > 0)
		garbage[i] = (char)0xFF;
	deflation_start(15, false);
	ck_assert_uint_eq(
		deflation_receive(
			(struct slice){garbage, sizeof(garbage)}, SIZE_MAX, 100)
			.code,
		CLOSE_INVALID_PAYLOAD);
}
END_TEST

START_TEST(every_single_bit_may_be_wrong)
{
	char *payload = make_content(WORDS, 400, 3);
	struct buffer sane = {0};
	struct slice slice = {payload, 400};

	deflation_start(15, false);
	ck_assert(deflater_compress(&deflater, &slice, 1, &sane));
	for (size_t bit = 0; bit < 8 * buffer_length(&sane); bit++) {
		deflation_start(15, bit % 2 == 0);
		sane.data[bit / 8] ^= (char)(1 << bit % 8);
		assert_survives(buffer_bytes(&sane),
			chunk_sizes[bit % chunk_size_count]);
		sane.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	buffer_release(&sane);
	free(payload);
}
END_TEST

START_TEST(every_message_may_be_cut)
{
	char *payload = make_content(WORDS, 400, 3);
	struct buffer sane = {0};
	struct slice slice = {payload, 400};

	deflation_start(15, false);
	ck_assert(deflater_compress(&deflater, &slice, 1, &sane));
	for (size_t length = 1; length < buffer_length(&sane); length++) {
		deflation_start(15, false);
		ck_assert_uint_eq(
			deflation_receive((struct slice){sane.data, length},
				chunk_sizes[length % 8], 400)
				.code,
			CLOSE_INVALID_PAYLOAD);
	}
	buffer_release(&sane);
	free(payload);
}
END_TEST

START_TEST(garbage_is_survived)
{
	for (uint64_t seed = 0; seed < 10000; seed++) {
		size_t length = 1 + seed % 200;
		char *bytes = make_content(RANDOM, length, seed);

		/* Garbage is soon of type 3 otherwise. */
		if (seed % 2 == 0)
			bytes[0] = (char)((bytes[0] & ~7) | 4);
		deflation_start(8 + (int)(seed % 8), seed % 3 == 0);
		assert_survives((struct slice){bytes, length},
			chunk_sizes[seed / 8 % chunk_size_count]);
		free(bytes);
	}
}
END_TEST

START_TEST(a_message_may_have_exactly_the_limit)
{
	static const size_t limits[] = {0, 1, 2, 100, 256, 257, 512, 4095, 4096,
		65536, 100000, 1048576, 1048577};
	size_t limit = limits[_i];

	for (size_t i = 0; i < CONTENTS * (limit > 10000 ? 2 : 8); i++) {
		size_t chunk = chunk_sizes[7 - i / CONTENTS];
		char *bytes = make_content(i % CONTENTS, limit + 1, i);

		deflation_start(15, true);
		deflation_send((struct slice){bytes, limit});
		ck_assert_uint_eq(
			deflation_receive(buffer_bytes(&wire), chunk, limit)
				.code,
			0);
		ck_assert_uint_eq(buffer_length(&restored), limit);
		deflation_send((struct slice){bytes, limit + 1});
		ck_assert_uint_eq(
			deflation_receive(buffer_bytes(&wire), chunk, limit)
				.code,
			CLOSE_MESSAGE_TOO_BIG);
		if (limit > 0)
			ck_assert_mem_eq(restored.data, bytes, limit);
		free(bytes);
	}
}
END_TEST

#define LIMITS 13

/* Room that is just filled must not look like the end of what comes. */
START_TEST(output_that_is_just_full_is_no_end)
{
	char *bytes = make_content((enum content)_i % CONTENTS, 2000, 9);

	for (size_t room = 0; room <= 1200; room++) {
		deflation_start(15, true);
		restored.data = malloc(room + 1);
		restored.capacity = room;
		assert_returns((struct slice){bytes, 1000}, 1 + room % 7);
	}
	free(bytes);
}
END_TEST

/* A stored block, which makes 256 bytes of room, is the last and all. */
START_TEST(a_last_block_may_fill_the_room)
{
	for (size_t length = 250; length < 260; length++) {
		char message[265] = {1, (char)length, (char)(length >> 8),
			(char)~length, (char)(~length >> 8)};
		struct slice payload = {message + 5, length};

		memset(message + 5, 'x', length);
		deflation_start(15, false);
		assert_restores(
			(struct slice){message, 5 + length}, 26, payload);
		assert_restores(BYTES(HELLO), SIZE_MAX, BYTES("Hello"));
	}
}
END_TEST

START_TEST(a_message_that_fills_its_room_takes_no_more)
{
	char *bytes = make_content(WORDS, 65536, 9);

	deflation_start(15, true);
	restored.data = malloc(65536);
	restored.capacity = 65536;
	assert_returns((struct slice){bytes, 65536}, 4096);
	assert_returns((struct slice){bytes, 65536}, SIZE_MAX);
	ck_assert_uint_eq(restored.capacity, 65536);
	free(bytes);
}
END_TEST

static void
make_bomb(size_t length)
{
	char *zeros = make_content(ZEROS, length, 0);

	deflation_start_as((struct deflate_direction){15, false}, 9, PLENTY);
	deflation_send((struct slice){zeros, length});
	ck_assert_uint_lt(buffer_length(&wire), length / 1000);
	free(zeros);
}

START_TEST(a_bomb_costs_no_more_than_the_limit)
{
	static const size_t limits[] = {0, 1, 1000, 65536, 1048576, 16777216};

	make_bomb(32 << 20);
	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		size_t limit = limits[i];

		inflater_release(&inflater);
		inflater_init(&inflater, &deflater.direction);
		buffer_release(&restored);
		ck_assert_uint_eq(
			deflation_receive(buffer_bytes(&wire), SIZE_MAX, limit)
				.code,
			CLOSE_MESSAGE_TOO_BIG);
		ck_assert_uint_eq(buffer_length(&restored), limit);
		ck_assert_uint_le(
			restored.capacity, BUFFER_CAPACITY_MIN + 2 * limit);
	}
}
END_TEST

START_TEST(memory_grows_with_what_comes_out)
{
	struct slice left;

	make_bomb(16 << 20);
	left = buffer_bytes(&wire);
	while (left.length > 0) {
		struct slice byte = {left.data++, 1};

		left.length--;
		ck_assert_uint_eq(deflation_add(byte, 1, SIZE_MAX).code, 0);
		ck_assert_uint_le(restored.capacity,
			2 * buffer_length(&restored) + BUFFER_CAPACITY_MIN);
	}
	ck_assert_uint_eq(inflater_finish(&inflater).code, 0);
	ck_assert_uint_eq(buffer_length(&restored), 16 << 20);
}
END_TEST

/* Were the window copied for each, this would take minutes. */
START_TEST(a_storm_of_last_blocks_is_an_empty_message)
{
	static const struct slice blocks[] = {
		INITIAL("\x03\x00"), INITIAL("\x01\x00\x00\xFF\xFF")};
	struct slice block = blocks[_i];
	struct buffer storm = {0};
	char *bytes = make_content(RANDOM, 30000, 1);

	deflation_start(15, false);
	assert_returns((struct slice){bytes, 30000}, SIZE_MAX);
	for (int i = 0; i < 1000000; i++)
		if (!buffer_append(&storm, block))
			ck_abort_msg("memory is short");
	assert_restores(buffer_bytes(&storm), 100000, BYTES(""));
	ck_assert_uint_le(restored.capacity, 30000 * 3);
	assert_returns((struct slice){bytes, 30000}, SIZE_MAX);
	ck_assert_uint_lt(buffer_length(&wire), 3000);
	free(bytes);
	buffer_release(&storm);
}
END_TEST

START_TEST(a_flood_of_empty_blocks_ends)
{
	char *zeros = make_content(ZEROS, 5000000, 0);

	deflation_start(15, false);
	for (size_t i = 4; i < 5000000; i += 5)
		memset(zeros + i - 1, 0xFF, 2);
	assert_restores((struct slice){zeros, 4999996}, SIZE_MAX, BYTES(""));
	free(zeros);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("inflate");
	TCase *cases = tcase_create("inflate");

	tcase_add_checked_fixture(cases, NULL, deflation_end);
	tcase_set_timeout(cases, 300); /* valgrind takes its time */
	tcase_add_loop_test(cases, what_is_not_deflated_fails_with_1007, 0,
		COUNT_OF(broken));
	tcase_add_test(cases, nothing_is_looked_at_behind_what_is_broken);
	tcase_add_test(cases, every_single_bit_may_be_wrong);
	tcase_add_test(cases, every_message_may_be_cut);
	tcase_add_test(cases, garbage_is_survived);
	tcase_add_loop_test(
		cases, a_message_may_have_exactly_the_limit, 0, LIMITS);
	tcase_add_loop_test(
		cases, output_that_is_just_full_is_no_end, 0, CONTENTS);
	tcase_add_test(cases, a_last_block_may_fill_the_room);
	tcase_add_test(cases, a_message_that_fills_its_room_takes_no_more);
	tcase_add_test(cases, a_bomb_costs_no_more_than_the_limit);
	tcase_add_test(cases, memory_grows_with_what_comes_out);
	tcase_add_loop_test(
		cases, a_storm_of_last_blocks_is_an_empty_message, 0, 2);
	tcase_add_test(cases, a_flood_of_empty_blocks_ends);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
