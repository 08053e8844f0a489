/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "protocol/utf8.h"
#include "suite.h"

#include <stdint.h>
#include <string.h>

/* How many bytes a character with this lead has by its form, 0 for none. */
static size_t
length_by_lead(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if ((lead & 0xE0) == 0xC0)
		return 2;
	if ((lead & 0xF0) == 0xE0)
		return 3;
	return (lead & 0xF8) == 0xF0 ? 4 : 0;
}

/* Decodes the first character; returns its length, 0 when it is none. */
static size_t
decode(const unsigned char *bytes, size_t length)
{
	static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t size = length_by_lead(bytes[0]);
	uint32_t value;

	if (size == 0 || size > length)
		return 0;
	value = size == 1 ? bytes[0] : bytes[0] & (0x7FU >> size);
	for (size_t i = 1; i < size; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
		value = value << 6 | (bytes[i] & 0x3F);
	}
	if (value < lowest[size] || value > 0x10FFFF ||
		(value >= 0xD800 && value <= 0xDFFF))
		return 0;
	return size;
}

static bool
is_valid_by_definition(const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		size_t size = decode(bytes, length);

		if (size == 0)
			return false;
		bytes += size;
		length -= size;
	}
	return true;
}

static size_t
encode(uint32_t value, unsigned char *bytes)
{
	static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
	size_t size = value < 0x80	? 1
		      : value < 0x800	? 2
		      : value < 0x10000 ? 3
					: 4;

	for (size_t i = size; i-- > 1; value >>= 6)
		bytes[i] = (unsigned char)(0x80 | (value & 0x3F));
	bytes[0] = (unsigned char)(leads[size] | value);
	return size;
}

static struct slice
slice_at(const void *bytes, size_t length)
{
	return (struct slice){bytes, length};
}

static bool
is_valid_in_two_parts(const unsigned char *bytes, size_t length, size_t split)
{
	struct utf8 utf8 = {0};

	return utf8_continue(&utf8, slice_at(bytes, split)) &&
	       utf8_continue(&utf8, slice_at(bytes + split, length - split)) &&
	       utf8_is_complete(&utf8);
}

/* ck_assert writes to a file each time: too slow for millions of them. */
static void
judge_at_all_splits(const unsigned char *bytes, size_t length)
{
	bool expected = is_valid_by_definition(bytes, length);

	for (size_t split = 0; split < length; split++)
		if (is_valid_in_two_parts(bytes, length, split) != expected)
			ck_abort_msg("%02x %02x %02x %02x, %zu bytes", bytes[0],
				bytes[1], bytes[2], bytes[3], length);
}

START_TEST(judges_all_sequences_of_one_and_two_bytes)
{
	unsigned char bytes[4] = {0};

	for (unsigned first = 0; first < 256; first++) {
		bytes[0] = (unsigned char)first;
		judge_at_all_splits(bytes, 1);
		for (unsigned second = 0; second < 256; second++) {
			bytes[1] = (unsigned char)second;
			judge_at_all_splits(bytes, 2);
		}
	}
}
END_TEST

static void
judge_all_that_start_with(unsigned char lead)
{
	unsigned char bytes[4] = {lead};

	for (unsigned second = 0; second < 256; second++) {
		bytes[1] = (unsigned char)second;
		for (unsigned third = 0; third < 256; third++) {
			bytes[2] = (unsigned char)third;
			judge_at_all_splits(bytes, 3);
		}
	}
}

/* In sixteen parts, so that none takes long. */
START_TEST(judges_all_sequences_of_three_bytes)
{
	for (int lead = 16 * _i; lead < 16 * _i + 16; lead++)
		judge_all_that_start_with((unsigned char)lead);
}
END_TEST

static const unsigned char boundaries[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
	0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
	0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF};

static void
judge_boundaries_that_start_with(unsigned char lead)
{
	unsigned char bytes[4] = {lead};

	for (size_t i = 0; i < COUNT_OF(boundaries); i++)
		for (size_t j = 0; j < COUNT_OF(boundaries); j++)
			for (size_t k = 0; k < COUNT_OF(boundaries); k++) {
				bytes[1] = boundaries[i];
				bytes[2] = boundaries[j];
				bytes[3] = boundaries[k];
				judge_at_all_splits(bytes, 4);
			}
}

START_TEST(judges_all_sequences_of_four_boundary_bytes)
{
	for (size_t i = 0; i < COUNT_OF(boundaries); i++)
		judge_boundaries_that_start_with(boundaries[i]);
}
END_TEST

START_TEST(accepts_each_code_point_but_the_surrogates)
{
	unsigned char bytes[4] = {0};

	for (uint32_t value = 0; value <= 0x10FFFF; value++) {
		size_t length = encode(value, bytes);
		bool surrogate = value >= 0xD800 && value <= 0xDFFF;

		if (utf8_is_valid(slice_at(bytes, length)) == surrogate)
			ck_abort_msg("U+%04X", (unsigned)value);
	}
}
END_TEST

START_TEST(rejects_code_points_beyond_10ffff)
{
	unsigned char bytes[4] = {0};

	for (uint32_t value = 0x110000; value <= 0x1FFFFF; value++) {
		size_t length = encode(value, bytes);

		if (utf8_is_valid(slice_at(bytes, length)))
			ck_abort_msg("U+%04X", (unsigned)value);
	}
}
END_TEST

static const struct {
	const char *text;
	size_t bad; /* the first byte that no text could have there */
} bad_texts[] = {
	{"\x80", 0},
	{"a\xBF", 1},
	{"\xC0\x80", 0},
	{"\xC1\xBF", 0},
	{"\xC2z", 1},
	{"\xE0\x9F\xBF", 1},
	{"\xE1\x80\xC0", 2},
	{"\xED\xA0\x80", 1},
	{"\xF0\x8F\xBF\xBF", 1},
	{"\xF4\x90\x80\x80", 1},
	{"\xF1\x80\x80\x7F", 3},
	{"\xF5\x80\x80\x80", 0},
	{"\xFE", 0},
	{"\xFF", 0},
	{"\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5\xED\xA0\x80"
	 "edited",
		12},
};

START_TEST(fails_at_the_first_byte_that_no_text_could_have_there)
{
	struct slice text = slice_of(bad_texts[_i].text);
	struct utf8 utf8 = {0};

	for (size_t i = 0; i < bad_texts[_i].bad; i++)
		ck_assert(utf8_continue(&utf8, slice_at(text.data + i, 1)));
	ck_assert(!utf8_continue(
		&utf8, slice_at(text.data + bad_texts[_i].bad, 1)));
}
END_TEST

START_TEST(is_complete_only_between_characters)
{
	unsigned char bytes[4];
	static const uint32_t values[] = {0x7F, 0x80, 0x7FF, 0x800, 0xD7FF,
		0xE000, 0xFFFF, 0x10000, 0x10FFFF};
	size_t length = encode(values[_i], bytes);
	struct utf8 utf8 = {0};

	ck_assert(utf8_is_complete(&utf8));
	for (size_t i = 0; i < length; i++) {
		ck_assert(utf8_continue(&utf8, slice_at(bytes + i, 1)));
		ck_assert(utf8_is_complete(&utf8) == (i + 1 == length));
		ck_assert(utf8_is_valid(slice_at(bytes, i + 1)) ==
			  (i + 1 == length));
	}
}
END_TEST

START_TEST(an_empty_text_is_valid)
{
	struct utf8 utf8 = {0};

	ck_assert(utf8_is_valid(slice_of(NULL)));
	ck_assert(utf8_continue(&utf8, slice_of("\xE2\x82")));
	ck_assert(utf8_continue(&utf8, slice_of("")));
	ck_assert(!utf8_is_complete(&utf8));
}
END_TEST

/* Where the text fails when it comes in such chunks, its length if nowhere. */
static size_t
first_bad_chunk(const char *text, size_t length, size_t chunk)
{
	struct utf8 utf8 = {0};
	size_t at = 0;

	while (at < length) {
		size_t count = length - at < chunk ? length - at : chunk;
		char *copy = guard_copy(text + at, count);
		bool fine = utf8_continue(&utf8, slice_at(copy, count));

		guard_free(copy, count);
		if (!fine)
			return at;
		at += count;
	}
	ck_assert(utf8_is_complete(&utf8));
	return length;
}

/* Runs of ASCII of all lengths between characters of all lengths. */
static size_t
mixed_text(char *text, size_t size)
{
	size_t used = 0;

	for (uint32_t run = 0; used + run + 8 < size; run = (run + 1) % 37) {
		memset(text + used, 'a', run);
		used += run;
		used += encode(
			0x7Fu << (run % 4 * 4), (unsigned char *)text + used);
	}
	return used;
}

START_TEST(reads_a_text_alike_in_chunks_of_any_size)
{
	char text[3000];
	size_t length = mixed_text(text, sizeof(text));

	ck_assert_uint_eq(
		first_bad_chunk(text, length, chunk_sizes[_i]), length);
}
END_TEST

START_TEST(finds_a_bad_byte_alike_in_chunks_of_any_size)
{
	char text[3000];
	size_t length = mixed_text(text, sizeof(text)), chunk = chunk_sizes[_i];

	for (size_t bad = 0; bad < length; bad += 499) {
		char kept = text[bad];

		text[bad] = '\xFF';
		ck_assert_uint_eq(first_bad_chunk(text, length, chunk),
			bad - bad % chunk);
		text[bad] = kept;
	}
}
END_TEST

START_TEST(finds_a_bad_byte_anywhere_between_ascii)
{
	char text[40];

	for (size_t length = 1; length <= sizeof(text); length++)
		for (size_t bad = 0; bad < length; bad++) {
			char *copy;

			memset(text, 0x7F, length);
			copy = guard_copy(text, length);
			ck_assert(utf8_is_valid(slice_at(copy, length)));
			copy[bad] = '\x80';
			ck_assert(!utf8_is_valid(slice_at(copy, length)));
			guard_free(copy, length);
		}
}
END_TEST

/* Byte by byte, and all at once: the same is thought of it. */
static void
assert_read_alike(const char *text, size_t length)
{
	struct utf8 bytewise = {0}, at_once = {0};
	bool fine = true;

	for (size_t i = 0; i < length && fine; i++)
		fine = utf8_continue(&bytewise, slice_at(text + i, 1));
	ck_assert(utf8_continue(&at_once, slice_at(text, length)) == fine);
	if (fine) {
		ck_assert_uint_eq(at_once.missing, bytewise.missing);
		ck_assert(at_once.missing == 0 ||
			  (at_once.lowest == bytewise.lowest &&
				  at_once.highest == bytewise.highest));
	}
}

/* At every offset of a block, with every length behind it. */
START_TEST(reads_alike_wherever_characters_are_cut)
{
	char text[120];
	size_t length = 0;

	while (length < sizeof(text) - 4) {
		static const uint32_t values[] = {0xE9, 0x20AC, 0x1F600, 'a'};
		uint32_t value = values[length * 7 % 4];

		length += encode(value, (unsigned char *)text + length);
	}
	for (size_t start = 0; start < 40; start++)
		for (size_t count = 0; start + count <= length; count++) {
			char *copy = guard_copy(text + start, count);

			assert_read_alike(copy, count);
			guard_free(copy, count);
		}
}
END_TEST

/* Wherever a block of 32 bytes may end between them. */
START_TEST(judges_boundary_bytes_alike_between_characters)
{
	const size_t count = COUNT_OF(boundaries);
	char text[97], *place = text + 26 + _i;

	text[0] = 'a';
	for (size_t i = (size_t)_i % 2; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "\xC3\xA9", 2);
	for (size_t i = 0; i < count * count * count * count; i++) {
		place[0] = (char)boundaries[i % count];
		place[1] = (char)boundaries[i / count % count];
		place[2] = (char)boundaries[i / count / count % count];
		place[3] = (char)boundaries[i / count / count / count];
		assert_read_alike(text, 95);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("utf8");
	TCase *cases = tcase_create("utf8");

	tcase_set_timeout(cases, 60); /* valgrind takes its time */
	tcase_add_test(cases, judges_all_sequences_of_one_and_two_bytes);
	tcase_add_loop_test(cases, judges_all_sequences_of_three_bytes, 0, 16);
	tcase_add_test(cases, judges_all_sequences_of_four_boundary_bytes);
	tcase_add_test(cases, accepts_each_code_point_but_the_surrogates);
	tcase_add_test(cases, rejects_code_points_beyond_10ffff);
	tcase_add_loop_test(cases,
		fails_at_the_first_byte_that_no_text_could_have_there, 0,
		COUNT_OF(bad_texts));
	tcase_add_loop_test(cases, is_complete_only_between_characters, 0, 9);
	tcase_add_test(cases, an_empty_text_is_valid);
	tcase_add_loop_test(cases, reads_a_text_alike_in_chunks_of_any_size, 0,
		(int)chunk_size_count);
	tcase_add_loop_test(cases, finds_a_bad_byte_alike_in_chunks_of_any_size,
		0, (int)chunk_size_count);
	tcase_add_test(cases, finds_a_bad_byte_anywhere_between_ascii);
	tcase_add_test(cases, reads_alike_wherever_characters_are_cut);
	tcase_add_loop_test(
		cases, judges_boundary_bytes_alike_between_characters, 0, 7);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
