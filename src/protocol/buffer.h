/* SPDX-License-Identifier: MIT */
/* Bytes on their way: written at the end, read from the start. */
#ifndef PROTOCOL_BUFFER_H
#define PROTOCOL_BUFFER_H

#include "protocol/slice.h"

/*
 * The least capacity. Of more than 1032 bytes glibc keeps nothing for the
 * thread that freed them: what a quiet connection gives back is for others.
 */
#define BUFFER_CAPACITY_MIN 1088

/*
 * start <= end <= capacity; the bytes held are data[start..end). All zero is
 * an empty buffer that owns nothing.
 */
struct buffer {
	char *data;
	size_t start;
	size_t end;
	size_t capacity;
};

/* Gives the memory back; the buffer is empty and may be used again. */
void buffer_release(struct buffer *buffer);

/* The bytes held, until the buffer is changed. */
struct slice buffer_bytes(const struct buffer *buffer);

size_t buffer_length(const struct buffer *buffer);

/*
 * Makes room for at least count more bytes behind the end, which may move the
 * bytes held. Returns false when memory is short; nothing has changed then.
 */
bool buffer_reserve(struct buffer *buffer, size_t count);

/* Where buffer_reserve made room; what was written there is then added. */
char *buffer_room(struct buffer *buffer);
size_t buffer_room_size(const struct buffer *buffer);
void buffer_add(struct buffer *buffer, size_t count);

/* Both return false, and add nothing, when memory is short. */
bool buffer_append(struct buffer *buffer, struct slice bytes);
bool buffer_append_string(struct buffer *buffer, const char *string);

/* Drops the first count bytes held. */
void buffer_consume(struct buffer *buffer, size_t count);

/* Takes count bytes out from offset on; what follows moves up. */
void buffer_erase(struct buffer *buffer, size_t offset, size_t count);

#endif
