/* SPDX-License-Identifier: MIT */
#include "deflation.h"
#include "protocol/close_code.h"
#include "suite.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The messages of section 7.2.3, and what they may follow. */
static const struct {
	struct slice first, bytes, payload;
} examples[] = {
	{INITIAL(""), INITIAL(HELLO), INITIAL("Hello")},
	{INITIAL(HELLO), INITIAL(HELLO_AGAIN), INITIAL("Hello")},
	{INITIAL(HELLO), INITIAL(HELLO), INITIAL("Hello")},
	{INITIAL(""), INITIAL("\x00\x05\x00\xFA\xFFHello\x00"),
		INITIAL("Hello")},
	{INITIAL(""), INITIAL("\xF3\x48\xCD\xC9\xC9\x07\x00\x00"),
		INITIAL("Hello")},
	{INITIAL(""),
		INITIAL("\xF2\x48\x05\x00\x00\x00\xFF\xFF\xCA\xC9\xC9\x07\x00"),
		INITIAL("Hello")},
	{INITIAL(""), INITIAL("\x00"), INITIAL("")},
	{INITIAL(""), INITIAL("\x02\x00"), INITIAL("")},
	/* What is not among them, but is met: */
	{INITIAL(""), INITIAL(""), INITIAL("")},
	{INITIAL(""), INITIAL("\xF3\x48\xCD\xC9\xC9\x07\x00"),
		INITIAL("Hello")},
	{INITIAL(""), INITIAL("\x01\x05\x00\xFA\xFFHello\x00"),
		INITIAL("Hello")},
	{INITIAL(""), INITIAL("\x01\x00\x00\xFF\xFF\x00"), INITIAL("")},
	{INITIAL(""), INITIAL("\x01"), INITIAL("")},
	{INITIAL("\xF3\x48\xCD\xC9\xC9\x07\x00"), INITIAL(HELLO_AGAIN),
		INITIAL("Hello")},
	{INITIAL("\xF3\x48\xCD\xC9\xC9\x07\x00\x00"),
		INITIAL("\xF3\x00\x11\x00\x00"), INITIAL("Hello")},
	{INITIAL(""),
		INITIAL("\xF3\x48\xCD\xC9\xC9\x07\x00\xF2\x00\x11\x00\x00"),
		INITIAL("HelloHello")},
};

START_TEST(restores_the_examples_of_the_rfc)
{
	for (size_t i = 0; i < 8 * chunk_size_count; i++) {
		size_t chunk = chunk_sizes[i / 8];

		deflation_start(8 + (int)(i % 8), false);
		if (examples[_i].first.length > 0)
			assert_restores(
				examples[_i].first, chunk, BYTES("Hello"));
		assert_restores(
			examples[_i].bytes, chunk, examples[_i].payload);
		assert_restores(BYTES(HELLO), chunk, BYTES("Hello"));
		assert_restores(BYTES(HELLO_AGAIN), chunk, BYTES("Hello"));
	}
}
END_TEST

static void
assert_compresses(struct slice payload, struct slice bytes)
{
	deflation_send(payload);
	ck_assert(slice_equals(buffer_bytes(&wire), bytes));
}

START_TEST(compresses_as_the_examples_of_the_rfc)
{
	struct slice hello = BYTES("Hello");
	struct slice fresh = BYTES(HELLO);

	deflation_start(8 + _i % 8, _i >= 8);
	assert_compresses(BYTES(""), BYTES("\x00"));
	assert_compresses(hello, fresh);
	assert_compresses(BYTES(""), BYTES("\x00"));
	assert_compresses(BYTES(""), BYTES("\x00"));
	assert_compresses(hello, _i >= 8 ? fresh : BYTES(HELLO_AGAIN));
}
END_TEST

START_TEST(slices_are_one_message)
{
	struct slice slices[] = {
		BYTES(""), BYTES("Hel"), {NULL, 0}, BYTES("lo"), {NULL, 0}};

	deflation_start(15, true);
	for (int i = 0; i < 3; i++) {
		deflation_clear(&wire);
		ck_assert(buffer_append_string(&wire, "before"));
		ck_assert(deflater_compress(
			&deflater, slices, COUNT_OF(slices), &wire));
		ck_assert(slice_equals(buffer_bytes(&wire),
			BYTES("before\xF2\x48\xCD\xC9\xC9\x07\x00")));
	}
	deflation_clear(&wire);
	ck_assert(deflater_compress(&deflater, NULL, 0, &wire));
	ck_assert(slice_equals(buffer_bytes(&wire), BYTES("\x00")));
}
END_TEST

/* _i: the window, and behind them all without takeover. */
START_TEST(messages_of_any_size_return)
{
	for (enum content content = 0; content < CONTENTS; content++) {
		char *bytes = make_content(content, 1025, 1);

		deflation_start(8 + _i % 8, _i >= 8);
		for (size_t length = 0; length <= 300; length++)
			assert_returns((struct slice){bytes, length},
				chunk_sizes[length % chunk_size_count]);
		for (size_t i = 0; i < chunk_size_count; i++)
			assert_returns((struct slice){bytes, 1023 + i % 3},
				chunk_sizes[i]);
		free(bytes);
	}
}
END_TEST

START_TEST(long_messages_return)
{
	static const size_t lengths[] = {65535, 65536, 65537, 1048576};
	struct deflate_direction direction = {8 + _i % 8, _i >= 8};

	deflation_start_as(direction, 1 + _i % 9, _i % 2 == 0 ? PLENTY : 30000);
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		enum content content = (i + (size_t)_i / 4) % CONTENTS;
		char *bytes = make_content(content, lengths[i], i);

		assert_returns((struct slice){bytes, lengths[i]},
			i % 2 == 0 ? 4096 : SIZE_MAX);
		assert_returns(BYTES(""), 1);
		free(bytes);
	}
}
END_TEST

START_TEST(a_narrower_deflater_suits_a_wider_inflater)
{
	char *bytes = make_content(REPETITIVE, 100000, 5);

	for (int i = 0; i < 64; i++) {
		if (i % 8 > i / 8)
			continue;
		deflation_start(8 + i % 8, false);
		inflater.direction.window = 8 + i / 8;
		for (size_t length = 100; length <= 100000; length *= 10)
			assert_returns((struct slice){bytes, length}, SIZE_MAX);
	}
	free(bytes);
}
END_TEST

/*
 * Restored in pieces smaller than that, zlib finds all that lies further back
 * than the window missing.
 */
START_TEST(what_is_compressed_looks_back_no_further_than_agreed)
{
	size_t length = 500000;
	char *bytes = make_content((enum content)_i % CONTENTS, length, 77);
	struct deflate_direction direction = {8 + _i / CONTENTS, false};

	for (int level = 1; level <= 9; level += 4) {
		deflation_start_as(direction, level, PLENTY);
		deflation_send((struct slice){bytes, length});
		ck_assert_uint_eq(
			deflation_add(buffer_bytes(&wire), 30, SIZE_MAX).code,
			0);
		ck_assert_uint_eq(inflater_finish(&inflater).code, 0);
		ck_assert_uint_eq(buffer_length(&restored), length);
		ck_assert_mem_eq(restored.data, bytes, length);
	}
	free(bytes);
}
END_TEST

START_TEST(connections_do_not_mix)
{
	struct deflate_direction direction = {12, false};
	struct deflater others;
	struct slice mine = BYTES("mine, and mine alone"),
		     theirs = BYTES("theirs, and theirs alone");

	deflation_start_as(direction, 6, PLENTY);
	deflater_init(&others, &direction, 6, PLENTY);
	for (int i = 0; i < 10; i++) {
		struct buffer other = {0};

		ck_assert(deflater_compress(&others, &theirs, 1, &other));
		assert_returns(mine, 3);
		buffer_release(&other);
	}
	deflater_release(&others);
}
END_TEST

START_TEST(without_takeover_nothing_earlier_is_looked_at)
{
	deflation_start(15, true);
	assert_restores(BYTES(HELLO), SIZE_MAX, BYTES("Hello"));
	ck_assert_uint_eq(
		deflation_receive(BYTES(HELLO_AGAIN), SIZE_MAX, 100).code,
		CLOSE_INVALID_PAYLOAD);
}
END_TEST

/* zlib's memory, as it asks for it. */
static size_t taken;
static size_t taken_most;
static unsigned allocations_left;

static voidpf
take_memory(voidpf opaque, uInt count, uInt size)
{
	size_t *memory;

	(void)opaque;
	if (allocations_left == 0)
		return NULL;
	allocations_left--;
	memory = malloc((size_t)count * size + 16);
	ck_assert_ptr_nonnull(memory);
	*memory = (size_t)count * size;
	taken += *memory;
	if (taken > taken_most)
		taken_most = taken;
	return (char *)memory + 16;
}

static void
give_memory(voidpf opaque, voidpf memory)
{
	size_t *start = (size_t *)(void *)((char *)memory - 16);

	(void)opaque;
	taken -= *start;
	free(start);
}

static void
watch(z_stream *stream, unsigned allocations)
{
	stream->zalloc = take_memory;
	stream->zfree = give_memory;
	taken = taken_most = 0;
	allocations_left = allocations;
}

/* zlib-ng, where it stands in for zlib, takes more. */
static bool
is_zlib(void)
{
	return strchr(zlibVersion(), '-') == NULL;
}

static const size_t budgets[] = {0, 1000, 8192, 9000, 12000, 16384, 20000,
	24576, 25000, 25336, 30000, 32768, 40000, 49152, 54068, 65536, 100000,
	131072, 262144, PLENTY};

START_TEST(takes_no_more_memory_than_it_says)
{
	char *bytes = make_content(WORDS, 20000, 9);

	for (size_t i = 0; i < 8 * COUNT_OF(budgets); i++) {
		struct deflate_direction direction = {8 + (int)i % 8, false};
		size_t budget = budgets[i / 8];

		deflation_start_as(direction, 1 + (int)i % 9, budget);
		ck_assert_int_le(deflater.direction.window,
			direction.window == 8 ? 9 : direction.window);
		if (budget >= 10000)
			ck_assert_uint_le(deflater_memory(&deflater), budget);
		watch(&deflater.stream, UINT32_MAX);
		deflation_send((struct slice){bytes, 20000});
		ck_assert(
			taken_most <= deflater_memory(&deflater) || !is_zlib());
		watch(&inflater.stream, UINT32_MAX);
		assert_restores(buffer_bytes(&wire), SIZE_MAX,
			(struct slice){bytes, 20000});
		ck_assert(taken_most <= inflater_memory(&direction) ||
			  !is_zlib());
	}
	free(bytes);
}
END_TEST

static const struct {
	int agreed;
	size_t budget;
	int window, memory;
} choices[] = {
	{15, PLENTY, 15, 8},
	{8, PLENTY, 9, 8},
	{12, 65536, 12, 6},
	{12, 54068, 12, 5},
	{15, 65536, 13, 5},
	{15, 47104, 13, 4},
	{15, 47103, 12, 5},
	{15, 25336, 11, 4},
	{15, 27000, 11, 4},
	{12, 25336, 11, 4},
	{9, 25336, 9, 5},
	{15, 10300, 9, 2},
	{15, 10000, 9, 1},
	{15, 0, 9, 1},
};

START_TEST(window_and_hash_are_as_large_as_memory_allows)
{
	deflation_start_as(
		(struct deflate_direction){choices[_i].agreed, false}, 6,
		choices[_i].budget);
	ck_assert_int_eq(deflater.direction.window, choices[_i].window);
	ck_assert_int_eq(deflater.memory, choices[_i].memory);
}
END_TEST

START_TEST(memory_is_taken_at_first_use_and_kept_with_takeover)
{
	size_t deflating;

	deflation_start(12, false);
	watch(&deflater.stream, UINT32_MAX);
	watch(&inflater.stream, UINT32_MAX);
	deflation_send(BYTES(""));
	assert_restores(BYTES(""), SIZE_MAX, BYTES(""));
	ck_assert_uint_eq(taken, 0);
	deflation_send(BYTES("Hello"));
	deflating = taken;
	ck_assert_uint_gt(deflating, 0);
	assert_restores(buffer_bytes(&wire), SIZE_MAX, BYTES("Hello"));
	ck_assert_uint_gt(taken, deflating);
	deflating = taken;
	deflater_relax(&deflater);
	inflater_relax(&inflater);
	ck_assert_uint_eq(taken, deflating);
	deflater_release(&deflater);
	inflater_release(&inflater);
	ck_assert_uint_eq(taken, 0);
}
END_TEST

START_TEST(without_takeover_no_memory_is_kept_between_messages)
{
	deflation_start(12, true);
	watch(&deflater.stream, UINT32_MAX);
	watch(&inflater.stream, UINT32_MAX);
	for (int i = 0; i < 3; i++) {
		struct slice hello = BYTES(HELLO);

		assert_compresses(BYTES("Hello"), hello);
		deflater_relax(&deflater);
		ck_assert_uint_eq(taken, 0);
		deflation_clear(&restored);
		for (size_t part = 0; part < hello.length; part++) {
			struct slice byte = {hello.data + part, 1};

			ck_assert_uint_eq(deflation_add(byte, 1, 5).code, 0);
			inflater_relax(&inflater);
		}
		ck_assert_uint_gt(taken, 0);
		ck_assert_uint_eq(inflater_finish(&inflater).code, 0);
		ck_assert(
			slice_equals(buffer_bytes(&restored), BYTES("Hello")));
		inflater_relax(&inflater);
		ck_assert_uint_eq(taken, 0);
	}
}
END_TEST

/* With takeover, and in the middle of a message, there is none to give. */
START_TEST(what_is_needed_still_is_not_given_back)
{
	struct slice hello = BYTES(HELLO);

	deflation_start(12, false);
	assert_returns(BYTES("Hello"), SIZE_MAX);
	deflater_relax(&deflater);
	ck_assert(deflater.is_ready);
	deflation_start(12, true);
	deflation_clear(&restored);
	hello.length--;
	ck_assert_uint_eq(deflation_add(hello, SIZE_MAX, 5).code, 0);
	inflater_relax(&inflater);
	ck_assert(inflater.is_ready);
}
END_TEST

START_TEST(says_when_zlib_has_no_memory)
{
	struct slice hello = BYTES("Hello");
	unsigned enough = 0;

	deflation_start(12, false);
	for (bool is_done = false; !is_done; enough++) {
		deflation_clear(&wire);
		watch(&deflater.stream, enough);
		is_done = deflater_compress(&deflater, &hello, 1, &wire);
		ck_assert_uint_eq(buffer_length(&wire), is_done ? 7 : 0);
		ck_assert(is_done || taken == 0);
	}
	ck_assert_uint_gt(enough, 2);
	for (enough = 0; enough < 2; enough++) {
		deflation_start(12, false);
		watch(&inflater.stream, enough);
		ck_assert_uint_eq(
			deflation_receive(BYTES(HELLO), SIZE_MAX, 100).code,
			CLOSE_INTERNAL_ERROR);
	}
}
END_TEST

/* A buffer that seems to hold as many bytes as one may cannot grow. */
static struct buffer
no_buffer(void)
{
	return (struct buffer){NULL, 0, SIZE_MAX / 2, SIZE_MAX / 2};
}

START_TEST(says_when_the_output_has_no_memory)
{
	struct buffer full = no_buffer();
	struct slice hello = BYTES("Hello");

	deflation_start(12, false);
	ck_assert(!deflater_compress(&deflater, &hello, 1, &full));
	ck_assert_uint_eq(buffer_length(&full), SIZE_MAX / 2);
	assert_returns(hello, SIZE_MAX);
	ck_assert_uint_eq(
		inflater_add(&inflater, BYTES(HELLO), &full, SIZE_MAX).code,
		CLOSE_INTERNAL_ERROR);
}
END_TEST

/* zlib answers Z_STREAM_ERROR to a stream that nobody can have made. */
START_TEST(says_when_zlib_does_not_compress)
{
	struct buffer compressed = {0};
	struct slice hello = BYTES("Hello");
	alloc_func allocate;

	deflation_start(12, false);
	assert_returns(hello, SIZE_MAX);
	buffer_append(&compressed, BYTES("before"));
	allocate = deflater.stream.zalloc;
	deflater.stream.zalloc = NULL;
	ck_assert(!deflater_compress(&deflater, &hello, 1, &compressed));
	ck_assert_uint_eq(buffer_length(&compressed), strlen("before"));
	deflater.stream.zalloc = allocate;
	buffer_release(&compressed);
}
END_TEST

/* zlib's own, but for the last byte if that is to be spoilt. */
static bool is_spoilt;

int
deflate(z_streamp stream, int flush)
{
	static int (*next)(z_streamp, int);
	int result;

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "deflate");
	result = next(stream, flush);
	if (is_spoilt)
		stream->next_out[-1] ^= 1;
	return result;
}

START_TEST(a_message_that_zlib_does_not_end_is_not_sent)
{
	struct slice hello = BYTES("Hello");

	deflation_start(12, false);
	is_spoilt = true;
	ck_assert(!deflater_compress(&deflater, &hello, 1, &wire));
	ck_assert_uint_eq(buffer_length(&wire), 0);
	is_spoilt = false;
	assert_returns(hello, SIZE_MAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("deflate");
	TCase *cases = tcase_create("deflate");

	tcase_add_checked_fixture(cases, NULL, deflation_end);
	tcase_set_timeout(cases, 300); /* valgrind takes its time */
	tcase_add_loop_test(
		cases, restores_the_examples_of_the_rfc, 0, COUNT_OF(examples));
	tcase_add_loop_test(
		cases, compresses_as_the_examples_of_the_rfc, 0, 16);
	tcase_add_test(cases, slices_are_one_message);
	tcase_add_loop_test(cases, messages_of_any_size_return, 0, 16);
	tcase_add_loop_test(cases, long_messages_return, 0, 16);
	tcase_add_test(cases, a_narrower_deflater_suits_a_wider_inflater);
	tcase_add_loop_test(cases,
		what_is_compressed_looks_back_no_further_than_agreed, 0,
		2 * CONTENTS);
	tcase_add_test(cases, connections_do_not_mix);
	tcase_add_test(cases, without_takeover_nothing_earlier_is_looked_at);
	tcase_add_test(cases, takes_no_more_memory_than_it_says);
	tcase_add_loop_test(cases,
		window_and_hash_are_as_large_as_memory_allows, 0,
		COUNT_OF(choices));
	tcase_add_test(
		cases, memory_is_taken_at_first_use_and_kept_with_takeover);
	tcase_add_test(
		cases, without_takeover_no_memory_is_kept_between_messages);
	tcase_add_test(cases, what_is_needed_still_is_not_given_back);
	tcase_add_test(cases, says_when_zlib_has_no_memory);
	tcase_add_test(cases, says_when_the_output_has_no_memory);
	tcase_add_test(cases, says_when_zlib_does_not_compress);
	tcase_add_test(cases, a_message_that_zlib_does_not_end_is_not_sent);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
