/* SPDX-License-Identifier: MIT */
#include "protocol/utf8_blocks.h"

#ifdef __x86_64__

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#define BLOCK 32
#define AVX2 __attribute__((target("avx2")))

/*
 * What may be wrong with two bytes beside each other. Each of their halves
 * that matter (both of the first, the upper of the second) tells what it does
 * not rule out, and what none of the three rules out is wrong. So it is in
 * Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte"
 * (2021). CONTINUED alone is right behind a lead of three or four.
 */
enum {
	CUT = 1 << 0,	    /* a lead, and no continuation */
	STRAY = 1 << 1,	    /* a continuation behind ASCII */
	LONG_2 = 1 << 2,    /* C0, C1 */
	LONG_3 = 1 << 3,    /* E0 80..9F */
	EXTREME = 1 << 4,   /* F0 80..8F and F5..FF 80..8F */
	SURROGATE = 1 << 5, /* ED A0..BF */
	HUGE = 1 << 6,	    /* F4 90..BF and F5..FF 90..BF */
	CONTINUED = 1 << 7  /* two continuations */
};

/* Of the first byte the lower half rules none of these out. */
#define ANY (CUT | STRAY | CONTINUED)
#define BEHIND (STRAY | LONG_2 | CONTINUED)

static const uint8_t first_upper[16] = {STRAY, STRAY, STRAY, STRAY, STRAY,
	STRAY, STRAY, STRAY, CONTINUED, CONTINUED, CONTINUED, CONTINUED,
	CUT | LONG_2, CUT, CUT | LONG_3 | SURROGATE, CUT | EXTREME | HUGE};

static const uint8_t first_lower[16] = {ANY | LONG_2 | LONG_3 | EXTREME,
	ANY | LONG_2, ANY, ANY, ANY | HUGE, ANY | EXTREME | HUGE,
	ANY | EXTREME | HUGE, ANY | EXTREME | HUGE, ANY | EXTREME | HUGE,
	ANY | EXTREME | HUGE, ANY | EXTREME | HUGE, ANY | EXTREME | HUGE,
	ANY | EXTREME | HUGE, ANY | EXTREME | HUGE | SURROGATE,
	ANY | EXTREME | HUGE, ANY | EXTREME | HUGE};

static const uint8_t second_upper[16] = {CUT, CUT, CUT, CUT, CUT, CUT, CUT, CUT,
	BEHIND | LONG_3 | EXTREME, BEHIND | LONG_3 | HUGE,
	BEHIND | SURROGATE | HUGE, BEHIND | SURROGATE | HUGE, CUT, CUT, CUT,
	CUT};

AVX2 static __m256i
look_up(const uint8_t table[16], __m256i indices)
{
	__m128i half = _mm_loadu_si128((const __m128i *)(const void *)table);

	return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(half), indices);
}

AVX2 static __m256i
upper_halves(__m256i bytes)
{
	return _mm256_and_si256(
		_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
}

AVX2 static __m256i
lower_halves(__m256i bytes)
{
	return _mm256_and_si256(bytes, _mm256_set1_epi8(0x0F));
}

/* The upper bit is set where a byte is at least as large. */
AVX2 static __m256i
at_least(__m256i bytes, unsigned char limit)
{
	return _mm256_subs_epu8(bytes, _mm256_set1_epi8((char)(limit - 0x80)));
}

/* Whether a block that follows another is right as far as it goes. */
AVX2 static bool
follows(__m256i before, __m256i block)
{
	__m256i middle = _mm256_permute2x128_si256(before, block, 0x21);
	__m256i one_back = _mm256_alignr_epi8(block, middle, 15);
	__m256i two_back = _mm256_alignr_epi8(block, middle, 14);
	__m256i three_back = _mm256_alignr_epi8(block, middle, 13);
	__m256i wrong = _mm256_and_si256(
		_mm256_and_si256(look_up(first_upper, upper_halves(one_back)),
			look_up(first_lower, lower_halves(one_back))),
		look_up(second_upper, upper_halves(block)));
	__m256i in_longer =
		_mm256_and_si256(_mm256_or_si256(at_least(two_back, 0xE0),
					 at_least(three_back, 0xF0)),
			_mm256_set1_epi8((char)CONTINUED));

	wrong = _mm256_xor_si256(wrong, in_longer);
	return _mm256_testz_si256(wrong, wrong);
}

AVX2 static size_t
count_right(const unsigned char *bytes, size_t length)
{
	__m256i before = _mm256_setzero_si256();
	size_t right = 0;

	for (; length - right >= BLOCK; right += BLOCK) {
		__m256i block = _mm256_loadu_si256(
			(const __m256i *)(const void *)(bytes + right));

		if (!follows(before, block))
			break;
		before = block;
	}
	return right;
}

static size_t
size_of_character(unsigned char lead)
{
	if (lead >= 0xF0)
		return 4;
	return lead >= 0xE0 ? 3 : 2;
}

/* Where the last character begins if it is not whole, and otherwise ends. */
static size_t
end_of_whole(const unsigned char *bytes, size_t length)
{
	for (size_t back = 1; back < 4 && back <= length; back++) {
		unsigned char byte = bytes[length - back];

		if (byte >= 0xC0)
			return size_of_character(byte) > back ? length - back
							      : length;
	}
	return length;
}

size_t
utf8_blocks(const unsigned char *bytes, size_t length)
{
	if (length < BLOCK || !__builtin_cpu_supports("avx2"))
		return 0;
	return end_of_whole(bytes, count_right(bytes, length));
}

#else

size_t
utf8_blocks(const unsigned char *bytes, size_t length)
{
	(void)bytes;
	(void)length;
	return 0;
}

#endif
