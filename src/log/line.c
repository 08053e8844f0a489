/* SPDX-License-Identifier: MIT */
#include "log/line.h"

#include "log/escape.h"

#include <stdio.h>
#include <string.h>

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
	size_t field_length = 0, cut = line->length;

	while (length > 0) {
		char shown[ESCAPE_SHOWN_MAX + 1];
		size_t shown_length = 0;
		size_t used = escape_character(
			data, length, "\"\\", shown, &shown_length);

		if (field_length + shown_length > LINE_FIELD_MAX) {
			line->length = cut;
			add_bytes(line, CUT, strlen(CUT));
			return;
		}
		add_shown(line, shown, shown_length, json);
		field_length += shown_length;
		if (field_length <= LINE_FIELD_MAX - strlen(CUT))
			cut = line->length;
		data += used;
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
