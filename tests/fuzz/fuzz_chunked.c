/* SPDX-License-Identifier: MIT */
/* A body in chunks is the same in whatever pieces it comes. */
#include "fuzz.h"
#include "protocol/chunked.h"

static struct chunked
decode(struct buffer *bytes, const uint8_t *data, size_t size, size_t piece)
{
	struct chunked chunked = {0};

	for (size_t i = 0; i < size; i += piece) {
		size_t length = size - i < piece ? size - i : piece;

		require(buffer_append(
			bytes, (struct slice){(const char *)data + i, length}));
		chunked_decode(&chunked, bytes);
		require(chunked.length <= buffer_length(bytes));
	}
	return chunked;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer whole = {0}, split = {0};
	struct chunked one = decode(&whole, data, size, size),
		       other = decode(&split, data, size, 1);
	struct slice body = {buffer_bytes(&whole).data, one.length};

	require(one.has_ended == other.has_ended);
	require(slice_equals(
		body, (struct slice){buffer_bytes(&split).data, other.length}));
	buffer_release(&whole);
	buffer_release(&split);
	return 0;
}
