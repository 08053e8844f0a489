/* SPDX-License-Identifier: MIT */
#include "bench/writer.h"

#include "protocol/mask.h"

#include <errno.h>
#include <string.h>

void
writer_release(struct writer *writer)
{
	buffer_release(&writer->pending);
	buffer_release(&writer->control);
}

bool
writer_add_bytes(struct writer *writer, struct slice bytes)
{
	return buffer_append(&writer->pending, bytes);
}

bool
writer_add_control(struct writer *writer, enum opcode opcode,
	struct slice payload, struct keys *keys)
{
	char frame[FRAME_HEADER_MAX + FRAME_CONTROL_PAYLOAD_MAX];
	struct frame_header header = {.fin = true,
		.opcode = opcode,
		.masked = true,
		.payload_length = payload.length};
	size_t size;

	if (!keys_next(keys, header.masking_key))
		return false;
	size = frame_header_encode(&header, frame);
	if (payload.length > 0)
		memcpy(frame + size, payload.data, payload.length);
	mask_apply(frame + size, payload.length, header.masking_key, 0);
	return buffer_append(
		&writer->control, (struct slice){frame, size + payload.length});
}

bool
writer_is_between_frames(const struct writer *writer)
{
	return writer->written == writer->payload.length;
}

size_t
writer_begin(struct writer *writer, const struct messages *messages,
	uint64_t index, struct keys *keys, char *room)
{
	struct frame_header header = {.fin = true,
		.rsv1 = messages->compressed != NULL,
		.opcode = messages->opcode,
		.masked = true};

	writer->payload = messages_sent(messages, index);
	writer->written = 0;
	header.payload_length = writer->payload.length;
	if (keys != NULL && !keys_next(keys, header.masking_key))
		return 0;
	memcpy(writer->key, header.masking_key, FRAME_MASKING_KEY_SIZE);
	return frame_header_encode(&header, room);
}

size_t
writer_go_on(struct writer *writer, char *room, size_t size)
{
	size_t length = writer->payload.length - writer->written;

	if (length > 0) {
		if (length > size)
			length = size;
		memcpy(room, writer->payload.data + writer->written, length);
		mask_apply(room, length, writer->key, writer->written);
		writer->written += length;
		return length;
	}
	length = buffer_length(&writer->control);
	if (length == 0 || length > size)
		return 0;
	memcpy(room, buffer_bytes(&writer->control).data, length);
	buffer_release(&writer->control);
	return length;
}

/* Returns how many bytes the transport took, -1 when it fails. */
static ssize_t
try_to_send(struct transport *transport, struct slice bytes)
{
	struct iovec piece = {(void *)(uintptr_t)bytes.data, bytes.length};
	ssize_t sent;

	do
		sent = transport->type->send(transport, &piece, 1);
	while (sent < 0 && errno == EINTR);
	return sent < 0 && errno == EAGAIN ? 0 : sent;
}

bool
writer_flush(struct writer *writer, struct transport *transport)
{
	ssize_t sent = 1;

	while (writer_is_blocked(writer) && sent > 0) {
		sent = try_to_send(transport, buffer_bytes(&writer->pending));
		if (sent < 0)
			return false;
		buffer_consume(&writer->pending, (size_t)sent);
	}
	if (!writer_is_blocked(writer))
		buffer_release(&writer->pending);
	return true;
}

bool
writer_send(
	struct writer *writer, struct transport *transport, struct slice bytes)
{
	ssize_t sent = 1;

	while (bytes.length > 0 && sent > 0) {
		sent = try_to_send(transport, bytes);
		if (sent < 0)
			return false;
		bytes.data += sent;
		bytes.length -= (size_t)sent;
	}
	return buffer_append(&writer->pending, bytes);
}

bool
writer_is_blocked(const struct writer *writer)
{
	return buffer_length(&writer->pending) > 0;
}
