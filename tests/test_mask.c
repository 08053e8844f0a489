/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "protocol/mask.h"
#include "randomness.h"
#include "suite.h"

#include <string.h>

/* Short lengths, and some from where memory is masked as it is aligned. */
#define SHORT_MAX 200
#define LONG_MIN 1020
#define LONGEST 1060

static const unsigned char key[FRAME_MASKING_KEY_SIZE] = {
	0x37, 0xFA, 0x21, 0x3D};

/* RFC 6455 section 5.3, to the letter. */
static void
mask_by_definition(char *data, size_t length, uint64_t offset)
{
	for (size_t i = 0; i < length; i++)
		data[i] = (char)(data[i] ^ key[(offset + i) % 4]);
}

static size_t
next_length(size_t length)
{
	return length == SHORT_MAX ? LONG_MIN : length + 1;
}

/* Deterministic bytes with all values among them. */
static void
fill(char *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		data[i] = (char)(i * 167 + i / 256);
}

START_TEST(unmasks_the_hello_of_section_5_7)
{
	char hello[] = {0x7F, (char)0x9F, 0x4D, 0x51, 0x58};

	ck_assert(mask_apply(hello, sizeof(hello), key, 0));
	ck_assert_mem_eq(hello, "Hello", 5);
}
END_TEST

static void
compare_with_definition(size_t length, uint64_t offset)
{
	char plain[1 + LONGEST], *copy;

	fill(plain, sizeof(plain));
	copy = guard_copy(plain, 1 + length);
	mask_by_definition(plain + 1, length, offset);
	mask_apply(copy + 1, length, key, offset);
	ck_assert_mem_eq(copy, plain, 1 + length);
	guard_free(copy, 1 + length);
}

START_TEST(follows_the_definition_at_each_offset_and_length)
{
	for (size_t length = 0; length <= LONGEST; length = next_length(length))
		compare_with_definition(length, (uint64_t)_i);
}
END_TEST

START_TEST(follows_the_definition_far_into_the_longest_frame)
{
	for (uint64_t offset = INT64_MAX - 7; offset <= INT64_MAX; offset++)
		compare_with_definition(LONGEST, offset);
	compare_with_definition(LONGEST, UINT64_C(0x100000001));
}
END_TEST

START_TEST(follows_the_definition_wherever_the_data_lie)
{
	char plain[LONGEST + 8], masked[LONGEST + 8];

	fill(plain, sizeof(plain));
	memcpy(masked, plain, sizeof(masked));
	mask_by_definition(plain + _i, LONGEST, 3);
	mask_apply(masked + _i, LONGEST, key, 3);
	ck_assert_mem_eq(masked, plain, sizeof(masked));
}
END_TEST

START_TEST(masks_alike_in_chunks_of_any_size)
{
	char whole[9001], parts[9001];
	size_t chunk = chunk_sizes[_i], at = 0;

	fill(whole, sizeof(whole));
	memcpy(parts, whole, sizeof(parts));
	mask_by_definition(whole, sizeof(whole), 0);
	while (at < sizeof(parts)) {
		size_t count = sizeof(parts) - at;

		if (count > chunk)
			count = chunk;
		mask_apply(parts + at, count, key, at);
		at += count;
	}
	ck_assert_mem_eq(parts, whole, sizeof(whole));
}
END_TEST

START_TEST(masking_twice_gives_the_data_back)
{
	char data[LONGEST], before[LONGEST];

	fill(data, sizeof(data));
	memcpy(before, data, sizeof(data));
	mask_apply(data, sizeof(data), key, 5);
	ck_assert_mem_ne(data, before, sizeof(data));
	mask_apply(data, sizeof(data), key, 5);
	ck_assert_mem_eq(data, before, sizeof(data));
}
END_TEST

/* Whether data that comes out as these bytes is said to be ASCII. */
static bool
comes_out_as_ascii(const char *plain, size_t length)
{
	char data[LONGEST + 1];

	memcpy(data + 1, plain, length);
	mask_by_definition(data + 1, length, 0);
	return mask_apply(data + 1, length, key, 0);
}

START_TEST(tells_whether_what_comes_out_is_ascii)
{
	char plain[LONGEST];

	memset(plain, 0x7F, sizeof(plain));
	for (size_t length = 0; length <= LONGEST;
		length = next_length(length)) {
		ck_assert(comes_out_as_ascii(plain, length));
		for (size_t i = 0; i < length; i++) {
			plain[i] = (char)0x80;
			if (comes_out_as_ascii(plain, length))
				ck_abort_msg("byte %zu of %zu", i, length);
			plain[i] = 0x7F;
		}
	}
}
END_TEST

START_TEST(no_two_masking_keys_are_alike)
{
	struct masking_keys keys = {0};
	unsigned char drawn[100][FRAME_MASKING_KEY_SIZE];
	size_t alike = 0;

	for (size_t i = 0; i < COUNT_OF(drawn); i++) {
		ck_assert(masking_keys_next(&keys, drawn[i]));
		for (size_t j = 0; j < i; j++)
			alike += memcmp(drawn[i], drawn[j], 4) == 0;
	}
	/* Two of 100 are alike by chance once in a million runs. */
	ck_assert_uint_le(alike, 1);
}
END_TEST

START_TEST(a_masking_key_is_erased_once_used)
{
	static const unsigned char nothing[MASKING_KEYS_BLOCK];
	struct masking_keys keys = {0};
	unsigned char drawn[FRAME_MASKING_KEY_SIZE];

	do {
		ck_assert(masking_keys_next(&keys, drawn));
		ck_assert_uint_le(keys.left, MASKING_KEYS_BLOCK - 4);
		ck_assert_mem_eq(keys.block + keys.left, nothing,
			MASKING_KEYS_BLOCK - keys.left);
	} while (keys.left > 0);
	ck_assert_mem_eq(keys.block, nothing, sizeof(nothing));
}
END_TEST

START_TEST(no_masking_key_comes_without_randomness)
{
	struct masking_keys keys = {0};
	unsigned char drawn[FRAME_MASKING_KEY_SIZE];

	randomness_end();
	ck_assert(!masking_keys_next(&keys, drawn));
	ck_assert(!masking_keys_next(&keys, drawn));
	randomness_return();
	ck_assert(masking_keys_next(&keys, drawn));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("mask");
	TCase *cases = tcase_create("mask");

	tcase_add_test(cases, unmasks_the_hello_of_section_5_7);
	tcase_add_loop_test(
		cases, follows_the_definition_at_each_offset_and_length, 0, 8);
	tcase_add_test(
		cases, follows_the_definition_far_into_the_longest_frame);
	tcase_add_loop_test(
		cases, follows_the_definition_wherever_the_data_lie, 0, 8);
	tcase_add_loop_test(cases, masks_alike_in_chunks_of_any_size, 0,
		(int)chunk_size_count);
	tcase_add_test(cases, masking_twice_gives_the_data_back);
	tcase_add_test(cases, tells_whether_what_comes_out_is_ascii);
	tcase_add_test(cases, no_two_masking_keys_are_alike);
	tcase_add_test(cases, a_masking_key_is_erased_once_used);
	tcase_add_test(cases, no_masking_key_comes_without_randomness);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
