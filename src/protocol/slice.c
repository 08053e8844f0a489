/* SPDX-License-Identifier: MIT */
#include "protocol/slice.h"

#include <string.h>
#include <strings.h>

struct slice
slice_of(const char *string)
{
	return (struct slice){string, string != NULL ? strlen(string) : 0};
}

bool
slice_equals(struct slice a, struct slice b)
{
	return a.length == b.length &&
	       (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool
slice_equals_ignoring_case(struct slice a, struct slice b)
{
	return a.length == b.length &&
	       (a.length == 0 || strncasecmp(a.data, b.data, a.length) == 0);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool
slice_starts_ignoring_case(struct slice text, const char *start)
{
	struct slice wanted = slice_of(start);

	if (text.length < wanted.length)
		return false;
	text.length = wanted.length;
	return slice_equals_ignoring_case(text, wanted);
}

struct slice
slice_from(struct slice text, size_t offset)
{
	return (struct slice){text.data + offset, text.length - offset};
}

size_t
slice_length_until(struct slice text, const char *stops)
{
	size_t length = 0;

	while (length < text.length &&
		memchr(stops, text.data[length], strlen(stops)) == NULL)
		length++;
	return length;
}

struct slice
slice_trim(struct slice text)
{
	while (text.length > 0 && is_blank(text.data[0])) {
		text.data++;
		text.length--;
	}
	while (text.length > 0 && is_blank(text.data[text.length - 1]))
		text.length--;
	return text;
}

bool
slice_split(struct slice *rest, char separator, struct slice *part)
{
	const char *found = NULL;

	if (rest->length > 0)
		found = memchr(rest->data, separator, rest->length);
	*part = *rest;
	if (found == NULL) {
		*rest = (struct slice){NULL, 0};
		return false;
	}
	part->length = (size_t)(found - rest->data);
	rest->data = found + 1;
	rest->length -= part->length + 1;
	return true;
}
