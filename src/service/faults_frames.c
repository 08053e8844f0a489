/* SPDX-License-Identifier: MIT */
/* Replies that are many, large or in many pieces. */
#include "service/fault_call.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* How much of a reply is sent at once. */
#define PIECE 16384

/* Messages between looks whether the server is to stop. */
#define FLOOD_PIECE 1000

static const struct slice ping = {"\x89\0", 2};

/* Appends the frame that payload begins with; takes that off. */
static bool
append_fragment(struct buffer *frames, enum opcode opcode,
	struct slice *payload, size_t length)
{
	char bytes[FRAME_HEADER_MAX];
	struct frame_header frame = {.payload_length = length,
		.opcode = opcode,
		.fin = length == payload->length};
	struct slice header = {bytes, frame_header_encode(&frame, bytes)};
	struct slice fragment = {payload->data, length};

	if (!buffer_append(frames, header) || !buffer_append(frames, fragment))
		return false;
	payload->data += length;
	payload->length -= length;
	return frame.fin || buffer_append(frames, ping);
}

static bool
send_frames(struct connection *connection, struct buffer *frames)
{
	struct slice bytes = buffer_bytes(frames);

	if (!connection_send_raw(connection, bytes))
		return false;
	buffer_consume(frames, bytes.length);
	return true;
}

/* Returns whether all of the payload was sent. */
static bool
send_in_fragments(struct fault_call *call, struct buffer *frames,
	enum opcode opcode, struct slice payload)
{
	struct connection *connection = call->echo.connection;
	bool is_last = false;

	while (!is_last) {
		size_t length = payload.length;

		if (length > call->number)
			length = (size_t)call->number;
		is_last = length == payload.length;
		if (!append_fragment(frames, opcode, &payload, length)) {
			connection_close(connection, CLOSE_INTERNAL_ERROR,
				"out of memory");
			return false;
		}
		opcode = OPCODE_CONTINUATION;
		if (!is_last && buffer_length(frames) < PIECE)
			continue;
		if (!send_frames(connection, frames) ||
			(!is_last && !connection_pause(connection, 0)))
			return false;
	}
	return true;
}

void
fault_fragment(struct fault_call *call)
{
	struct buffer frames = {0};
	struct message message;

	while (echo_receive(&call->echo, &message)) {
		if (send_in_fragments(
			    call, &frames, message.opcode, message.payload))
			connection_count_raw(call->echo.connection,
				message.opcode, message.payload.length);
		buffer_release(&frames);
	}
}

void
fault_flood(struct fault_call *call)
{
	struct connection *connection = call->echo.connection;
	bool goes_on = true;

	for (uint64_t i = 1; i <= call->number && goes_on; i++) {
		char number[24];
		struct slice text = {number, 0};

		text.length =
			(size_t)snprintf(number, sizeof(number), "%" PRIu64, i);
		goes_on = connection_send(connection, OPCODE_TEXT, &text, 1);
		if (goes_on && i % FLOOD_PIECE == 0)
			goes_on = connection_pause(connection, 0);
	}
}

void
fault_message(struct fault_call *call)
{
	struct connection *connection = call->echo.connection;
	char *zeros = calloc((size_t)call->number + 1, 1);
	struct slice message = {zeros, (size_t)call->number};

	if (zeros != NULL)
		connection_send(connection, OPCODE_BINARY, &message, 1);
	else
		connection_close(
			connection, CLOSE_INTERNAL_ERROR, "out of memory");
	free(zeros);
}
