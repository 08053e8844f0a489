/* SPDX-License-Identifier: MIT */
#include "protocol/buffer.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void
buffer_release(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){0};
}

struct slice
buffer_bytes(const struct buffer *buffer)
{
	if (buffer->data == NULL)
		return (struct slice){NULL, 0};
	return (struct slice){
		buffer->data + buffer->start, buffer_length(buffer)};
}

size_t
buffer_length(const struct buffer *buffer)
{
	return buffer->end - buffer->start;
}

static void
move_to_front(struct buffer *buffer)
{
	size_t length = buffer_length(buffer);

	memmove(buffer->data, buffer->data + buffer->start, length);
	buffer->start = 0;
	buffer->end = length;
}

/* Powers of two, but for the least. */
static size_t
capacity_for(size_t length)
{
	size_t capacity = 2048;

	if (length <= BUFFER_CAPACITY_MIN)
		return BUFFER_CAPACITY_MIN;
	while (capacity < length)
		capacity *= 2;
	return capacity;
}

bool
buffer_reserve(struct buffer *buffer, size_t count)
{
	size_t length = buffer_length(buffer);

	if (count <= buffer_room_size(buffer))
		return true;
	if (count > SIZE_MAX / 2 - length)
		return false;
	if (count > buffer->capacity - length) {
		size_t capacity = capacity_for(length + count);
		char *data = realloc(buffer->data, capacity);

		if (data == NULL)
			return false;
		buffer->data = data;
		buffer->capacity = capacity;
	}
	if (count > buffer_room_size(buffer))
		move_to_front(buffer);
	return true;
}

char *
buffer_room(struct buffer *buffer)
{
	return buffer->data + buffer->end;
}

size_t
buffer_room_size(const struct buffer *buffer)
{
	return buffer->capacity - buffer->end;
}

void
buffer_add(struct buffer *buffer, size_t count)
{
	assert(count <= buffer_room_size(buffer));
	buffer->end += count;
}

bool
buffer_append(struct buffer *buffer, struct slice bytes)
{
	if (bytes.length == 0)
		return true;
	if (!buffer_reserve(buffer, bytes.length))
		return false;
	memcpy(buffer_room(buffer), bytes.data, bytes.length);
	buffer_add(buffer, bytes.length);
	return true;
}

bool
buffer_append_string(struct buffer *buffer, const char *string)
{
	return buffer_append(buffer, slice_of(string));
}

void
buffer_consume(struct buffer *buffer, size_t count)
{
	assert(count <= buffer_length(buffer));
	buffer->start += count;
	if (buffer->start == buffer->end)
		buffer->start = buffer->end = 0;
}

void
buffer_erase(struct buffer *buffer, size_t offset, size_t count)
{
	size_t length = buffer_length(buffer);
	char *hole;

	assert(offset <= length && count <= length - offset);
	if (count == 0)
		return;
	hole = buffer->data + (buffer->start + offset);
	memmove(hole, hole + count, length - offset - count);
	buffer->end -= count;
}
