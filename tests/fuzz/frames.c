/* SPDX-License-Identifier: MIT */
#include "frames.h"

#include "fuzz.h"
#include "plain_utf8.h"
#include "protocol/close_code.h"

#include <string.h>

/* What an assembler may take beside the message: a piece, rounded up twice. */
#define ROOM_MAX 262144

static void
append(struct buffer *output, struct slice bytes)
{
	require(buffer_append(output, bytes));
}

static void
write_frame(struct buffer *output, enum opcode opcode, struct slice payload)
{
	struct frame_header header = {.payload_length = payload.length,
		.opcode = opcode,
		.fin = true};
	char bytes[FRAME_HEADER_MAX];

	append(output,
		(struct slice){bytes, frame_header_encode(&header, bytes)});
	append(output, payload);
}

static void
write_close(struct buffer *output, unsigned code, const char *reason)
{
	struct close_body body = {code, slice_of(reason)};
	char bytes[CLOSE_BODY_MAX];

	write_frame(output, OPCODE_CLOSE,
		(struct slice){bytes, close_body_encode(&body, bytes)});
}

bool
frames_write_message(struct buffer *output, const struct message *message)
{
	write_frame(output, message->opcode, message->payload);
	return true;
}

bool
frames_write_answer(struct buffer *output, const struct message *message)
{
	struct close_body body;
	struct verdict verdict;

	if (message->opcode == OPCODE_PING)
		write_frame(output, OPCODE_PONG, message->payload);
	else if (!opcode_is_control(message->opcode))
		write_frame(output, message->opcode, message->payload);
	if (message->opcode != OPCODE_CLOSE)
		return true;
	verdict = close_body_decode(message->payload, &body);
	if (verdict_is_fine(verdict))
		write_close(output, body.code, NULL);
	else
		write_close(output, verdict.code, verdict.why);
	return false;
}

static void
require_message(const struct frames *frames, const struct message *message)
{
	size_t length = message->payload.length;

	switch (message->opcode) {
	case OPCODE_TEXT:
		require(plain_utf8_is_valid(message->payload));
		/* fall through */
	case OPCODE_BINARY:
		require(length <= frames->max_message);
		return;
	case OPCODE_CLOSE:
	case OPCODE_PING:
	case OPCODE_PONG:
		require(length <= FRAME_CONTROL_PAYLOAD_MAX);
		return;
	default:
		require_failed("an opcode of messages", __FILE__, __LINE__);
	}
}

static void
require_memory(const struct assembler *assembler)
{
	size_t max = assembler->max_message;

	require(assembler->input.capacity <= 2 * max + ROOM_MAX);
	require(assembler->restored.capacity <= 2 * max + BUFFER_CAPACITY_MIN);
}

static void
receive_piece(
	struct assembler *assembler, struct splits *splits, struct slice *rest)
{
	struct slice left = *rest, piece;

	require(assembler_reserve(assembler));
	if (left.length > buffer_room_size(&assembler->input))
		left.length = buffer_room_size(&assembler->input);
	piece = splits_take(splits, &left);
	append(&assembler->input, piece);
	assembler_received(assembler);
	rest->data += piece.length;
	rest->length -= piece.length;
}

/* Whether there is more to come. */
static bool
take_messages(struct assembler *assembler, const struct frames *frames,
	frames_writer *write, struct buffer *output)
{
	static const unsigned codes[] = {CLOSE_PROTOCOL_ERROR,
		CLOSE_INVALID_PAYLOAD, CLOSE_MESSAGE_TOO_BIG, 0};
	struct message message;
	struct verdict verdict;

	while (assembler_next(assembler, &message, &verdict)) {
		require_message(frames, &message);
		require_memory(assembler);
		if (!write(output, &message))
			return false;
	}
	require_memory(assembler);
	require_code(verdict, codes);
	if (!verdict_is_fine(verdict))
		write_close(output, verdict.code, verdict.why);
	return verdict_is_fine(verdict);
}

size_t
frames_receive(const struct frames *frames, struct slice bytes,
	struct splits splits, frames_writer *write, struct buffer *output)
{
	struct assembler assembler;
	struct inflater inflater;
	bool more = true;
	size_t unparsed;

	assembler_init(&assembler, frames->role, frames->max_message);
	inflater_init(&inflater, &frames->direction);
	if (frames->direction.window > 0)
		assembler_inflate(&assembler, &inflater);
	while (more && bytes.length > 0) {
		receive_piece(&assembler, &splits, &bytes);
		more = take_messages(&assembler, frames, write, output);
	}
	unparsed = bytes.length + (size_t)assembler_has_more(&assembler) +
		   (assembler.in_frame || assembler.in_message ? 1 : 0);
	assembler_release(&assembler);
	inflater_release(&inflater);
	return unparsed;
}

void
frames_try(enum role role, struct slice input)
{
	static const size_t limits[] = {16, 125, 1000, 65536};
	unsigned choice = input_take(&input);
	struct splits splits = input_take_splits(&input), none = {{NULL, 0}, 0};
	struct frames frames = {role, limits[choice >> 2 & 3],
		{(choice & 1) != 0 ? 15 : 0, (choice & 2) != 0}};
	struct buffer whole = {0}, pieces = {0};

	frames_receive(&frames, input, none, frames_write_message, &whole);
	frames_receive(&frames, input, splits, frames_write_message, &pieces);
	require(slice_equals(buffer_bytes(&whole), buffer_bytes(&pieces)));
	buffer_release(&whole);
	buffer_release(&pieces);
}
