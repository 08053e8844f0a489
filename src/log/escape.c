/* SPDX-License-Identifier: MIT */
#include "log/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ESCAPE_SIZE 4 /* of \xNN */

/* How many bytes a character takes that begins with this one; 0: none does. */
static size_t
character_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		return 2;
	if (lead >= 0xE0 && lead <= 0xEF)
		return 3;
	return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/* Decodes the first character. Returns its length, 0 if it is no UTF-8. */
static size_t
decode(const unsigned char *bytes, size_t length, uint32_t *character)
{
	static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t wanted = character_length(bytes[0]);

	if (wanted == 0 || wanted > length)
		return 0;
	*character = bytes[0] & lead_bits[wanted];
	for (size_t i = 1; i < wanted; i++) {
		if ((bytes[i] & 0xC0) != 0x80)
			return 0;
		*character = *character << 6 | (bytes[i] & 0x3F);
	}
	if (*character < smallest[wanted] || *character > 0x10FFFF ||
		(*character >= 0xD800 && *character <= 0xDFFF))
		return 0;
	return wanted;
}

/* Whether a character would do something else than show itself. */
static bool
is_unseen(uint32_t character)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x00, 0x1F}, {0x7F, 0x9F}, /* DEL and C1 */
		{0x00AD, 0x00AD},	    /* soft hyphen */
		{0x061C, 0x061C},	    /* Arabic letter mark */
		{0x200B, 0x200F},	    /* zero width, directional marks */
		{0x2028, 0x202E},   /* separators, embeddings, overrides */
		{0x2060, 0x206F},   /* joiners, isolates */
		{0xFEFF, 0xFEFF},   /* byte order mark */
		{0xFFF9, 0xFFFB},   /* annotations */
		{0xE0000, 0xE0FFF}, /* tags, variation selectors */
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (character >= ranges[i].first && character <= ranges[i].last)
			return true;
	return false;
}

static bool
is_among(uint32_t character, const char *also)
{
	return character < 0x80 && strchr(also, (int)character) != NULL;
}

size_t
escape_character(const char *text, size_t length, const char *also,
	char shown[ESCAPE_SHOWN_MAX + 1], size_t *shown_length)
{
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t character = 0;
	size_t used = decode(bytes, length, &character);

	if (used > 0 && !is_unseen(character) && !is_among(character, also)) {
		memcpy(shown, bytes, used);
		*shown_length = used;
		return used;
	}
	if (used == 0)
		used = 1;
	for (size_t i = 0; i < used; i++)
		snprintf(shown + i * ESCAPE_SIZE, ESCAPE_SIZE + 1, "\\x%02x",
			bytes[i]);
	*shown_length = used * ESCAPE_SIZE;
	return used;
}

static int
write_json(uint32_t character, char shown[ESCAPE_JSON_MAX + 1])
{
	size_t size = ESCAPE_JSON_MAX + 1;

	if (character == '"' || character == '\\')
		return snprintf(shown, size, "\\%c", (char)character);
	if (character == '\n')
		return snprintf(shown, size, "\\n");
	if (character < 0x10000)
		return snprintf(shown, size, "\\u%04x", (unsigned)character);
	return snprintf(shown, size, "\\u%04x\\u%04x",
		(unsigned)(0xD800 + ((character - 0x10000) >> 10)),
		(unsigned)(0xDC00 + (character & 0x3FF)));
}

size_t
escape_json_character(const char *text, size_t length,
	char shown[ESCAPE_JSON_MAX + 1], size_t *shown_length)
{
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t character = 0;
	size_t used = decode(bytes, length, &character);

	if (used > 0 && !is_unseen(character) && !is_among(character, "\"\\")) {
		memcpy(shown, bytes, used);
		*shown_length = used;
		return used;
	}
	if (used == 0) {
		character = bytes[0];
		used = 1;
	}
	*shown_length = (size_t)write_json(character, shown);
	return used;
}
