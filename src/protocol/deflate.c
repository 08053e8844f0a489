/* SPDX-License-Identifier: MIT */
#include "protocol/deflate.h"

#include "protocol/close_code.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

/* What zlib takes beside its tables and windows, rounded up. */
#define DEFLATER_STATE 6144
#define INFLATER_STATE 7424

/*
 * zlib's memLevel: its own default at most. Below the floor, more blocks and a
 * smaller hash cost more than the wider window that they make room for gains.
 */
#define MEMORY_MAX 8
#define MEMORY_FLOOR 4
#define MEMORY_MIN 1

/* What zlib is given at once. */
#define PIECE_MAX 65536

/* What fits in behind the bytes of a piece: the end of its message. */
#define FLUSH_ROOM 64

/* What a flush ends with, and a message goes without (section 7.2.1). */
#define TAIL_SIZE 4
static const char tail[TAIL_SIZE] = "\0\0\xff\xff";

/* Room that is made for what comes out of a piece, by its length. */
#define INFLATE_RATIO 4
#define INFLATE_ROOM_MAX 65536

static const struct verdict no_deflate_data = {
	CLOSE_INVALID_PAYLOAD, "invalid compressed data"};
static const struct verdict cut_short = {
	CLOSE_INVALID_PAYLOAD, "compressed message is cut short"};
static const struct verdict too_big = {
	CLOSE_MESSAGE_TOO_BIG, "message too big"};
static const struct verdict memory_short = {
	CLOSE_INTERNAL_ERROR, "out of memory"};

/* zconf.h tells how much it is. */
size_t
deflater_memory(const struct deflater *deflater)
{
	return ((size_t)1 << (deflater->direction.window + 2)) +
	       ((size_t)1 << (deflater->memory + 9)) + DEFLATER_STATE;
}

/*
 * zlib cannot have a raw window of 8 bits (RFC 7692 section 7.1.2.1 allows it);
 * with one of 9 it looks back by 512 - 262 bytes at most, which is within 256.
 */
void
deflater_init(struct deflater *deflater,
	const struct deflate_direction *direction, int level, size_t memory_max)
{
	*deflater = (struct deflater){.direction = *direction,
		.level = level,
		.memory = MEMORY_FLOOR};
	if (deflater->direction.window < DEFLATE_WINDOW_MIN)
		deflater->direction.window = DEFLATE_WINDOW_MIN;
	while (deflater->direction.window > DEFLATE_WINDOW_MIN &&
		deflater_memory(deflater) > memory_max)
		deflater->direction.window--;
	deflater->memory = MEMORY_MAX;
	while (deflater->memory > MEMORY_MIN &&
		deflater_memory(deflater) > memory_max)
		deflater->memory--;
}

void
deflater_release(struct deflater *deflater)
{
	if (deflater->is_ready)
		deflateEnd(&deflater->stream);
	deflater->is_ready = false;
}

static bool
prepare_deflater(struct deflater *deflater)
{
	if (!deflater->is_ready)
		deflater->is_ready =
			deflateInit2(&deflater->stream, deflater->level,
				Z_DEFLATED, -deflater->direction.window,
				deflater->memory, Z_DEFAULT_STRATEGY) == Z_OK;
	return deflater->is_ready;
}

/* At most PIECE_MAX bytes off the front of rest. */
static struct slice
take_piece(struct slice *rest)
{
	struct slice piece = *rest;

	if (piece.length > PIECE_MAX)
		piece.length = PIECE_MAX;
	rest->data += piece.length;
	rest->length -= piece.length;
	return piece;
}

static void
give_input(z_stream *stream, struct slice piece)
{
	stream->next_in = (const Bytef *)piece.data;
	stream->avail_in = (uInt)piece.length;
}

/* As much of the room of output as is allowed and zlib can count. */
static uInt
give_room(z_stream *stream, struct buffer *output, size_t allowed)
{
	size_t size = buffer_room_size(output);

	if (size > allowed)
		size = allowed;
	if (size > UINT_MAX)
		size = UINT_MAX;
	stream->next_out = (Bytef *)buffer_room(output);
	stream->avail_out = (uInt)size;
	return (uInt)size;
}

/* That there was nothing left to do is no failure. */
static bool
deflate_piece(
	z_stream *stream, struct slice piece, int flush, struct buffer *output)
{
	give_input(stream, piece);
	do {
		uInt room;

		if (!buffer_reserve(output, stream->avail_in + FLUSH_ROOM))
			return false;
		room = give_room(stream, output, SIZE_MAX);
		if (deflate(stream, flush) == Z_STREAM_ERROR)
			return false;
		buffer_add(output, room - stream->avail_out);
	} while (stream->avail_out == 0);
	return stream->avail_in == 0;
}

/* What was added behind the first bytes of a buffer. */
static struct slice
bytes_since(const struct buffer *buffer, size_t before)
{
	struct slice bytes = buffer_bytes(buffer);

	return (struct slice){bytes.data + before, bytes.length - before};
}

static bool
ends_with_tail(struct slice compressed)
{
	return compressed.length >= TAIL_SIZE &&
	       memcmp(compressed.data + compressed.length - TAIL_SIZE, tail,
		       TAIL_SIZE) == 0;
}

/* The last of the slices is not empty. */
static bool
deflate_message(z_stream *stream, const struct slice *slices, size_t count,
	struct buffer *output)
{
	for (size_t i = 0; i < count; i++) {
		struct slice rest = slices[i];

		while (rest.length > 0) {
			struct slice piece = take_piece(&rest);
			bool is_last = i + 1 == count && rest.length == 0;

			if (!deflate_piece(stream, piece,
				    is_last ? Z_SYNC_FLUSH : Z_NO_FLUSH,
				    output))
				return false;
		}
	}
	return true;
}

/*
 * From an empty message zlib makes nothing when it has just flushed. A message
 * that is not sent may not be looked back at: after a reset none is.
 */
bool
deflater_compress(struct deflater *deflater, const struct slice *slices,
	size_t count, struct buffer *output)
{
	size_t before = buffer_length(output);

	while (count > 0 && slices[count - 1].length == 0)
		count--;
	if (count == 0)
		return buffer_append(output, (struct slice){"", 1});
	if (!prepare_deflater(deflater))
		return false;
	if (!deflate_message(&deflater->stream, slices, count, output) ||
		!ends_with_tail(bytes_since(output, before))) {
		deflateReset(&deflater->stream);
		buffer_erase(output, before, buffer_length(output) - before);
		return false;
	}
	buffer_erase(output, buffer_length(output) - TAIL_SIZE, TAIL_SIZE);
	if (deflater->direction.no_takeover)
		deflateReset(&deflater->stream);
	return true;
}

void
deflater_relax(struct deflater *deflater)
{
	if (deflater->direction.no_takeover)
		deflater_release(deflater);
}

size_t
inflater_memory(const struct deflate_direction *direction)
{
	return ((size_t)1 << direction->window) + INFLATER_STATE;
}

void
inflater_init(
	struct inflater *inflater, const struct deflate_direction *direction)
{
	*inflater = (struct inflater){.direction = *direction};
}

void
inflater_release(struct inflater *inflater)
{
	if (inflater->is_ready)
		inflateEnd(&inflater->stream);
	inflater->is_ready = false;
}

static bool
prepare_inflater(struct inflater *inflater)
{
	if (!inflater->is_ready)
		inflater->is_ready =
			inflateInit2(&inflater->stream,
				-inflater->direction.window) == Z_OK;
	return inflater->is_ready;
}

static struct verdict
verdict_of(int result)
{
	switch (result) {
	case Z_OK:
	case Z_STREAM_END:
	case Z_BUF_ERROR: /* there was nothing left to do */
		return VERDICT_FINE;
	case Z_MEM_ERROR:
		return memory_short;
	default:
		return no_deflate_data;
	}
}

/*
 * Room for what comes out of the input next, in step with what has come, so
 * that a bomb gets no more than it fills.
 */
static bool
make_room(const z_stream *stream, struct buffer *output, size_t left)
{
	size_t size = ((size_t)stream->avail_in + 1) * INFLATE_RATIO;

	if (size > INFLATE_ROOM_MAX)
		size = INFLATE_ROOM_MAX;
	if (size > left)
		size = left;
	return buffer_reserve(output, size);
}

/*
 * A block that calls itself the last is not the last of the message (section
 * 7.2.3.4): what follows may look back into the window, which stays where it
 * is, so that a storm of such blocks costs no more than others.
 */
static struct verdict
inflate_on(struct inflater *inflater)
{
	int result;

	if (inflater->at_end)
		inflateResetKeep(&inflater->stream);
	result = inflate(&inflater->stream, Z_SYNC_FLUSH);
	inflater->at_end = result == Z_STREAM_END;
	return verdict_of(result);
}

static struct verdict
inflate_into(struct inflater *inflater, struct buffer *output, size_t left)
{
	z_stream *stream = &inflater->stream;
	uInt room = give_room(stream, output, left);
	struct verdict verdict = inflate_on(inflater);

	buffer_add(output, room - stream->avail_out);
	return verdict;
}

/* A byte beside the full output tells whether there is one more to come. */
static struct verdict
inflate_beside(struct inflater *inflater, struct buffer *output, size_t left)
{
	z_stream *stream = &inflater->stream;
	char byte;
	struct verdict verdict;

	stream->next_out = (Bytef *)&byte;
	stream->avail_out = 1;
	verdict = inflate_on(inflater);
	if (stream->avail_out > 0)
		return verdict;
	if (left == 0)
		return too_big;
	if (!make_room(stream, output, left))
		return memory_short;
	buffer_append(output, (struct slice){&byte, 1});
	return verdict;
}

/* All that goes in comes out: zlib keeps more back only when out of room. */
static struct verdict
inflate_piece(struct inflater *inflater, struct slice piece,
	struct buffer *output, size_t max)
{
	z_stream *stream = &inflater->stream;
	struct verdict verdict;

	give_input(stream, piece);
	/* If there is no memory for that much, a byte more is tried below. */
	if (buffer_length(output) == 0)
		(void)make_room(stream, output, max);
	do {
		size_t left = max - buffer_length(output);

		if (left == 0 || buffer_room_size(output) == 0)
			verdict = inflate_beside(inflater, output, left);
		else
			verdict = inflate_into(inflater, output, left);
	} while (verdict_is_fine(verdict) &&
		 (stream->avail_in > 0 ||
			 (stream->avail_out == 0 && !inflater->at_end)));
	return verdict;
}

struct verdict
inflater_add(struct inflater *inflater, struct slice part,
	struct buffer *output, size_t max)
{
	struct verdict verdict = VERDICT_FINE;

	assert(buffer_length(output) <= max);
	if (part.length > 0 && !prepare_inflater(inflater))
		return memory_short;
	while (part.length > 0 && verdict_is_fine(verdict)) {
		inflater->in_message = true;
		verdict =
			inflate_piece(inflater, take_piece(&part), output, max);
	}
	return verdict;
}

/*
 * A message goes without the length, 0, of an empty stored block (section
 * 7.2.1), for which zlib then waits: instead of being fed it (7.2.2), zlib is
 * told to go on with a new block.
 */
struct verdict
inflater_finish(struct inflater *inflater)
{
	z_stream *stream = &inflater->stream;

	if (!inflater->in_message)
		return VERDICT_FINE;
	if (!inflater->at_end && inflateSyncPoint(stream) != 1)
		return cut_short;
	inflater->in_message = inflater->at_end = false;
	if (inflater->direction.no_takeover)
		inflateReset(stream);
	else
		inflateResetKeep(stream);
	return VERDICT_FINE;
}

void
inflater_relax(struct inflater *inflater)
{
	if (inflater->direction.no_takeover && !inflater->in_message)
		inflater_release(inflater);
}
