/* SPDX-License-Identifier: MIT */
#include "shown.h"

#include "fuzz.h"
#include "log/line.h"
#include "plain_utf8.h"

#include <stdlib.h>

/* Whether a character does nothing to a terminal but show itself. */
static bool
is_harmless(uint32_t character)
{
	return character >= ' ' && character != '"' &&
	       (character < 0x7F || character > 0x9F) &&
	       (character < 0x200B || character > 0x200F) &&
	       (character < 0x2028 || character > 0x202E) &&
	       (character < 0x2066 || character > 0x2069) &&
	       character != 0x061C && character != 0xFEFF &&
	       character <= 0x10FFFF;
}

void
shown_require_clean(struct slice shown)
{
	require(shown.length <= LINE_FIELD_MAX);
	while (shown.length > 0)
		require(is_harmless(plain_utf8_take(&shown)));
}

/* The byte that the escape or the character at the start stands for. */
static char
unescape(struct slice *shown)
{
	char byte = shown->data[0];
	size_t length = 1;

	if (byte == '\\') {
		char digits[] = {shown->data[2], shown->data[3], '\0'};

		require(shown->length >= 4 && shown->data[1] == 'x');
		byte = (char)strtoul(digits, NULL, 16);
		length = 4;
	}
	shown->data += length;
	shown->length -= length;
	return byte;
}

void
shown_require_reversible(struct slice shown, struct slice input)
{
	while (shown.length > 0 && input.length > 0) {
		bool is_cut = slice_equals(shown, slice_of("..."));

		if (unescape(&shown) != input.data[0]) {
			require(is_cut);
			return;
		}
		input.data++;
		input.length--;
		if (is_cut)
			return;
	}
	require(shown.length == 0 && input.length == 0);
}

void
shown_require_json(struct slice string, struct slice shown)
{
	require(string.length >= 2 && string.data[0] == '"');
	require(string.data[string.length - 1] == '"');
	string.data++;
	string.length -= 2;
	while (shown.length > 0) {
		size_t length = shown.data[0] == '\\' ? 2 : 1;

		require(string.length >= length);
		require(string.data[0] == shown.data[0]);
		require(string.data[length - 1] == shown.data[0]);
		string.data += length;
		string.length -= length;
		shown.data++;
		shown.length--;
	}
	require(string.length == 0);
}
