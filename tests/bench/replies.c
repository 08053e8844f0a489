/* SPDX-License-Identifier: MIT */
#include "replies.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/* Of longer replies only the start, and each 64th, is copied and compared. */
#define RECEIVE_MAX 16384
#define COMPARE_EACH 64

/* So many of the first compressed replies are restored. */
#define RESTORED_COUNT 64

static size_t
smaller(uint64_t a, uint64_t b)
{
	return (size_t)(a < b ? a : b);
}

static _Noreturn void
fail(const struct replies *replies, const char *why)
{
	errx(EXIT_FAILURE, "reply %llu %s",
		(unsigned long long)replies->messages, why);
}

void
replies_expect_bytes(struct replies *replies, const char *frame, size_t size)
{
	*replies = (struct replies){.expected = allocate(size),
		.size = size,
		.header_size = smaller(size, FRAME_HEADER_MAX)};
	memcpy(replies->expected, frame, size);
}

void
replies_expect_message(struct replies *replies, const struct messages *sent)
{
	struct slice payload = messages_payload(sent, 0);
	struct frame_header header = {.fin = true,
		.opcode = OPCODE_BINARY,
		.payload_length = payload.length};

	*replies = (struct replies){
		.expected = allocate(payload.length + FRAME_HEADER_MAX)};
	replies->header_size = frame_header_encode(&header, replies->expected);
	replies->size = replies->header_size + payload.length;
	memcpy(replies->expected + replies->header_size, payload.data,
		payload.length);
}

void
replies_expect_compressed(struct replies *replies, const struct messages *sent)
{
	*replies = (struct replies){.are_compressed = true,
		.sent = sent,
		.restored = allocate(sent->size + 1)};
	if (inflateInit2(&replies->inflater, -MAX_WBITS) != Z_OK)
		errx(EXIT_FAILURE, "inflateInit2");
}

void
replies_release(struct replies *replies)
{
	if (replies->are_compressed)
		inflateEnd(&replies->inflater);
	free(replies->expected);
	free(replies->restored);
}

static bool
compares_payload(const struct replies *replies)
{
	return replies->size <= RECEIVE_MAX ||
	       replies->messages % COMPARE_EACH == 0;
}

static void
advance(struct replies *replies, size_t length)
{
	replies->offset += length;
	if (replies->offset < replies->size)
		return;
	replies->messages++;
	replies->offset = 0;
}

/* Since replies are all alike, a wrong length shows in the next header. */
static void
compare(struct replies *replies, const char *data, size_t length)
{
	while (length > 0) {
		size_t offset = replies->offset;
		size_t piece = smaller(length, replies->size - offset);
		size_t compared = piece;

		if (!compares_payload(replies))
			compared =
				offset < replies->header_size
					? smaller(piece,
						  replies->header_size - offset)
					: 0;
		if (memcmp(data, replies->expected + offset, compared) != 0)
			fail(replies, "is not the message sent");
		advance(replies, piece);
		data += piece;
		length -= piece;
	}
}

/* Takes bytes of a header; returns how many. */
static size_t
take_header(struct replies *replies, const char *data, size_t length)
{
	size_t before = replies->header_used, size;
	size_t piece = smaller(length, FRAME_HEADER_MAX - before);
	struct frame_header header;

	memcpy(replies->header + before, data, piece);
	if (!verdict_is_fine(frame_header_decode(replies->header,
		    before + piece, ROLE_CLIENT, true, &header, &size)) ||
		(size > 0 && (!header.fin || header.opcode != OPCODE_TEXT)))
		fail(replies, "is no text in one frame");
	replies->header_used = size == 0 ? before + piece : 0;
	if (size == 0)
		return piece;
	replies->in_payload = true;
	replies->in_compression = header.rsv1;
	replies->left = header.payload_length;
	return size - before;
}

static void
restore(struct replies *replies, const char *data, size_t length)
{
	z_stream *stream = &replies->inflater;
	size_t room = replies->sent->size + 1 - replies->restored_size;

	if (!replies->in_compression)
		fail(replies, "is not compressed");
	stream->next_in = (Bytef *)(uintptr_t)data;
	stream->avail_in = (uInt)length;
	stream->next_out = (Bytef *)replies->restored + replies->restored_size;
	stream->avail_out = (uInt)room;
	if (inflate(stream, Z_SYNC_FLUSH) < 0 || stream->avail_in > 0 ||
		stream->avail_out == 0)
		fail(replies, "cannot be restored");
	replies->restored_size += room - stream->avail_out;
}

static void
end_compressed(struct replies *replies)
{
	struct slice payload = messages_payload(replies->sent,
		(size_t)(replies->messages % replies->sent->count));

	if (replies->messages < RESTORED_COUNT) {
		restore(replies, "\0\0\xff\xff", 4);
		if (!slice_equals(payload, (struct slice){replies->restored,
						   replies->restored_size}))
			fail(replies, "is not the message sent");
	}
	replies->restored_size = 0;
	replies->in_payload = false;
	replies->messages++;
}

static void
take_compressed(struct replies *replies, const char *data, size_t length)
{
	while (length > 0) {
		size_t piece;

		if (!replies->in_payload) {
			piece = take_header(replies, data, length);
		} else {
			piece = smaller(length, replies->left);
			if (replies->messages < RESTORED_COUNT)
				restore(replies, data, piece);
			replies->left -= piece;
		}
		data += piece;
		length -= piece;
		if (replies->in_payload && replies->left == 0)
			end_compressed(replies);
	}
}

void
replies_receive(struct replies *replies, struct channel *channel)
{
	static char data[RECEIVE_MAX];
	bool skips = !replies->are_compressed &&
		     replies->offset >= replies->header_size &&
		     !compares_payload(replies);
	ssize_t received =
		skips ? channel_skip(channel, replies->size - replies->offset)
		      : channel_receive(channel, data, sizeof(data));

	if (received == 0)
		errx(EXIT_FAILURE, "the server closed the connection");
	if (received < 0)
		return;
	if (skips)
		advance(replies, (size_t)received);
	else if (replies->are_compressed)
		take_compressed(replies, data, (size_t)received);
	else
		compare(replies, data, (size_t)received);
}
