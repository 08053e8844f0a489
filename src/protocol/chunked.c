/* SPDX-License-Identifier: MIT */
#include "protocol/chunked.h"

#include <stdint.h>
#include <string.h>

static struct slice
undecoded(const struct chunked *chunked, const struct buffer *bytes)
{
	struct slice rest = buffer_bytes(bytes);

	rest.data += chunked->length;
	rest.length -= chunked->length;
	return rest;
}

static void
take_data(struct chunked *chunked, size_t available)
{
	size_t count = available < chunked->left ? available : chunked->left;

	chunked->length += count;
	chunked->left -= count;
	chunked->is_behind = chunked->left == 0;
}

/* Takes digits off a line; false if there are none, or too many. */
static bool
take_size(struct slice *line, size_t *size)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	size_t before = line->length;

	for (*size = 0; line->length > 0; line->data++, line->length--) {
		const char *digit =
			memchr(digits, line->data[0], sizeof(digits) - 1);

		if (digit == NULL)
			break;
		if (*size > SIZE_MAX >> 4)
			return false;
		*size = *size << 4 | (size_t)(digit - digits) % 16;
	}
	return line->length < before;
}

/* The line without its end is what stands around a chunk. */
static void
take_line(struct chunked *chunked, struct slice line)
{
	if (line.length > 0 && line.data[line.length - 1] == '\r')
		line.length--;
	if (chunked->is_behind) {
		chunked->is_behind = false;
		chunked->has_ended = line.length > 0;
		return;
	}
	if (!take_size(&line, &chunked->left))
		chunked->left = 0;
	line = slice_trim(line);
	if (line.length > 0 && line.data[0] != ';')
		chunked->left = 0;
	chunked->has_ended = chunked->left == 0;
}

void
chunked_decode(struct chunked *chunked, struct buffer *bytes)
{
	while (!chunked->has_ended) {
		struct slice line, rest = undecoded(chunked, bytes);
		bool is_whole;

		if (rest.length == 0)
			return;
		if (chunked->left > 0) {
			take_data(chunked, rest.length);
			continue;
		}
		is_whole = slice_split(&rest, '\n', &line);
		chunked->has_ended = line.length > CHUNKED_LINE_MAX;
		if (!is_whole || chunked->has_ended)
			return;
		take_line(chunked, line);
		buffer_erase(bytes, chunked->length, line.length + 1);
	}
}
