/* SPDX-License-Identifier: MIT */
#include "plain_utf8.h"

#include <string.h>

/* By the number of leading ones in its first byte. */
static size_t
length_of_character(unsigned first)
{
	size_t length = 0;

	while (length < 8 && (first << length & 0x80) != 0)
		length++;
	return length == 0 ? 1 : length == 1 || length > 4 ? 0 : length;
}

uint32_t
plain_utf8_take(struct slice *text)
{
	static const uint32_t first[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text->data;
	size_t length = text->length > 0 ? length_of_character(bytes[0]) : 0;
	uint32_t number;

	if (length == 0 || length > text->length)
		return UINT32_MAX;
	number = length == 1 ? bytes[0] : bytes[0] & (0x7FU >> length);
	for (size_t i = 1; i < length; i++) {
		if (bytes[i] >> 6 != 2)
			return UINT32_MAX;
		number = number * 64 + bytes[i] % 64;
	}
	if (number < first[length] || number > 0x10FFFF ||
		number / 0x800 == 0xD800 / 0x800)
		return UINT32_MAX;
	text->data += length;
	text->length -= length;
	return number;
}

bool
plain_utf8_is_valid(struct slice text)
{
	while (text.length > 0)
		if (plain_utf8_take(&text) == UINT32_MAX)
			return false;
	return true;
}

bool
plain_utf8_may_begin(struct slice start)
{
	static const char *const rests[] = {"", "\x80", "\x80\x80", "\x90\x80",
		"\xA0\x80", "\x90\x80\x80", "\x80\x80\x80"};
	char text[8] = "";

	while (start.length > 4 && plain_utf8_take(&start) != UINT32_MAX)
		continue;
	if (start.length > 4)
		return false;
	if (start.length > 0)
		memcpy(text, start.data, start.length);
	for (size_t i = 0; i < sizeof(rests) / sizeof(rests[0]); i++) {
		struct slice whole = {text, start.length + strlen(rests[i])};

		memcpy(text + start.length, rests[i], strlen(rests[i]));
		if (plain_utf8_is_valid(whole))
			return true;
	}
	return false;
}
