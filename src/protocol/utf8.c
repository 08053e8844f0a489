/* SPDX-License-Identifier: MIT */
#include "protocol/utf8.h"

#include "protocol/utf8_blocks.h"

#include <stdint.h>
#include <string.h>

#define NOT_ASCII UINT64_C(0x8080808080808080)

/* Opens a character of several bytes: RFC 3629 section 4, UTF8-2 to UTF8-4. */
static bool
begin_character(struct utf8 *utf8, unsigned char lead)
{
	*utf8 = (struct utf8){.lowest = 0x80, .highest = 0xBF};
	if (lead >= 0xC2 && lead <= 0xDF) {
		utf8->missing = 1;
	} else if (lead >= 0xE0 && lead <= 0xEF) {
		utf8->missing = 2;
		if (lead == 0xE0)
			utf8->lowest = 0xA0; /* not overlong */
		if (lead == 0xED)
			utf8->highest = 0x9F; /* no surrogate */
	} else if (lead >= 0xF0 && lead <= 0xF4) {
		utf8->missing = 3;
		if (lead == 0xF0)
			utf8->lowest = 0x90; /* not overlong */
		if (lead == 0xF4)
			utf8->highest = 0x8F; /* up to U+10FFFF */
	} else {
		return false;
	}
	return true;
}

static bool
continue_character(struct utf8 *utf8, unsigned char byte)
{
	if (byte < utf8->lowest || byte > utf8->highest)
		return false;
	utf8->missing--;
	utf8->lowest = 0x80;
	utf8->highest = 0xBF;
	return true;
}

static size_t
ascii_prefix(const unsigned char *bytes, size_t length)
{
	size_t i = 0;
	uint64_t word;

	for (; length - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		if ((word & NOT_ASCII) != 0)
			break;
	}
	while (i < length && bytes[i] < 0x80)
		i++;
	return i;
}

bool
utf8_continue(struct utf8 *utf8, struct slice text)
{
	const unsigned char *bytes = (const unsigned char *)text.data;
	size_t i = 0;

	while (i < text.length) {
		size_t whole = 0;

		if (utf8->missing == 0)
			whole = utf8_blocks(bytes + i, text.length - i);
		if (whole > 0) {
			i += whole;
		} else if (utf8->missing > 0) {
			if (!continue_character(utf8, bytes[i++]))
				return false;
		} else if (bytes[i] < 0x80) {
			i += ascii_prefix(bytes + i, text.length - i);
		} else if (!begin_character(utf8, bytes[i++])) {
			return false;
		}
	}
	return true;
}

bool
utf8_is_complete(const struct utf8 *utf8)
{
	return utf8->missing == 0;
}

bool
utf8_is_valid(struct slice text)
{
	struct utf8 utf8 = {0};

	return utf8_continue(&utf8, text) && utf8_is_complete(&utf8);
}
