/* SPDX-License-Identifier: MIT */
#include "log/line.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ESCAPE_SIZE 4 /* of \xNN */
#define CHARACTER_MAX 4

/* Stands at the end of a field that is longer. */
#define CUT "..."

void
line_add(struct line *line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	line_add_list(line, format, arguments);
	va_end(arguments);
}

void
line_add_list(struct line *line, const char *format, va_list arguments)
{
	size_t room = sizeof(line->text) - line->length;
	int length;

	if (room == 0)
		return;
	length = vsnprintf(line->text + line->length, room, format, arguments);
	if (length > 0)
		line->length +=
			(size_t)length < room ? (size_t)length : room - 1;
}

static void
add_bytes(struct line *line, const char *data, size_t length)
{
	size_t room = sizeof(line->text) - line->length;

	if (length > room)
		length = room;
	memcpy(line->text + line->length, data, length);
	line->length += length;
}

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
		{0x00, 0x1F}, {'"', '"'}, {'\\', '\\'},
		{0x7F, 0x9F},	    /* DEL and C1 */
		{0x00AD, 0x00AD},   /* soft hyphen */
		{0x061C, 0x061C},   /* Arabic letter mark */
		{0x200B, 0x200F},   /* zero width, directional marks */
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

/*
 * Writes the first character as it is shown. Returns how many bytes of the
 * data that was, and how many it takes in *shown_length.
 */
static size_t
show(const unsigned char *bytes, size_t length,
	char shown[CHARACTER_MAX * ESCAPE_SIZE + 1], size_t *shown_length)
{
	uint32_t character = 0;
	size_t used = decode(bytes, length, &character);

	if (used > 0 && !is_unseen(character)) {
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

static void
add_shown(struct line *line, const char *shown, size_t length, bool json)
{
	for (size_t i = 0; i < length; i++) {
		if (json && shown[i] == '\\')
			add_bytes(line, "\\", 1);
		add_bytes(line, shown + i, 1);
	}
}

static void
add_field(struct line *line, const char *data, size_t length, bool json)
{
	const unsigned char *bytes = (const unsigned char *)data;
	size_t field_length = 0, cut = line->length;

	while (length > 0) {
		char shown[CHARACTER_MAX * ESCAPE_SIZE + 1];
		size_t shown_length = 0;
		size_t used = show(bytes, length, shown, &shown_length);

		if (field_length + shown_length > LINE_FIELD_MAX) {
			line->length = cut;
			add_bytes(line, CUT, strlen(CUT));
			return;
		}
		add_shown(line, shown, shown_length, json);
		field_length += shown_length;
		if (field_length <= LINE_FIELD_MAX - strlen(CUT))
			cut = line->length;
		bytes += used;
		length -= used;
	}
}

void
line_add_escaped(struct line *line, const char *data, size_t length)
{
	add_field(line, data, length, false);
}

void
line_add_json(struct line *line, const char *data, size_t length)
{
	add_bytes(line, "\"", 1);
	add_field(line, data, length, true);
	add_bytes(line, "\"", 1);
}

void
line_end(struct line *line)
{
	if (line->length == sizeof(line->text))
		line->length--;
	add_bytes(line, "\n", 1);
}
