/* SPDX-License-Identifier: MIT */
#include "websocket/outgoing.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* What is masked at once, on its way into the output. */
#define MASKED_PIECE 16384

static bool
send_masked(struct stream *stream, struct slice payload,
	const struct frame_header *frame, uint64_t offset)
{
	while (payload.length > 0) {
		size_t length = payload.length < MASKED_PIECE ? payload.length
							      : MASKED_PIECE;
		char *room;

		if (!stream_reserve(stream, length))
			return false;
		room = buffer_room(&stream->output);
		memcpy(room, payload.data, length);
		mask_apply(room, length, frame->masking_key, offset);
		buffer_add(&stream->output, length);
		payload.data += length;
		payload.length -= length;
		offset += length;
	}
	return true;
}

static bool
send_all_masked(struct stream *stream, struct masking_keys *keys,
	struct frame_header *frame, const struct slice *payload, size_t count)
{
	char bytes[FRAME_HEADER_MAX];
	struct slice header = {bytes, 0};
	uint64_t offset = 0;

	frame->masked = true;
	if (!masking_keys_next(keys, frame->masking_key)) {
		errno = EIO;
		return false;
	}
	header.length = frame_header_encode(frame, bytes);
	if (!stream_send(stream, &header, 1))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!send_masked(stream, payload[i], frame, offset))
			return false;
		offset += payload[i].length;
	}
	return true;
}

static bool
send_all_plain(struct stream *stream, const struct frame_header *frame,
	const struct slice *payload, size_t count)
{
	char bytes[FRAME_HEADER_MAX];
	struct slice slices[1 + OUTGOING_SLICES_MAX];

	slices[0] = (struct slice){bytes, frame_header_encode(frame, bytes)};
	for (size_t i = 0; i < count; i++)
		slices[1 + i] = payload[i];
	return stream_send(stream, slices, 1 + count);
}

void
outgoing_init(struct outgoing *outgoing, struct stream *stream, enum role role)
{
	*outgoing = (struct outgoing){.stream = stream, .role = role};
}

void
outgoing_release(struct outgoing *outgoing)
{
	compression_free(outgoing->compression);
}

static bool
send_frame(struct outgoing *outgoing, struct frame_header *frame,
	const struct slice *payload, size_t count)
{
	for (size_t i = 0; i < count; i++)
		frame->payload_length += payload[i].length;
	if (outgoing->role == ROLE_CLIENT)
		return send_all_masked(outgoing->stream, &outgoing->keys, frame,
			payload, count);
	return send_all_plain(outgoing->stream, frame, payload, count);
}

bool
outgoing_send(struct outgoing *outgoing, enum opcode opcode,
	const struct slice *payload, size_t count)
{
	struct frame_header frame = {.fin = true, .opcode = opcode};
	struct slice compressed;

	assert(count <= OUTGOING_SLICES_MAX);
	frame.rsv1 = outgoing->compression != NULL &&
		     !opcode_is_control(opcode) &&
		     compression_compress(outgoing->compression, payload, count,
			     &compressed);
	if (frame.rsv1)
		return send_frame(outgoing, &frame, &compressed, 1);
	return send_frame(outgoing, &frame, payload, count);
}

void
outgoing_relax(struct outgoing *outgoing)
{
	if (outgoing->compression != NULL)
		compression_relax(outgoing->compression);
}
