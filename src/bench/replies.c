/* SPDX-License-Identifier: MIT */
#include "bench/replies.h"

#include <string.h>

void
replies_init(struct replies *replies, struct expectation *expectation)
{
	enum role role = expectation->is_plain_echo ? ROLE_SERVER : ROLE_CLIENT;

	*replies = (struct replies){.expectation = expectation};
	assembler_init(&replies->assembler, role,
		expectation->messages->size + EXPECTATION_PREFIX_MAX);
}

void
replies_release(struct replies *replies)
{
	assembler_release(&replies->assembler);
	inflater_release(&replies->inflater);
}

void
replies_inflate(
	struct replies *replies, const struct deflate_direction *direction)
{
	inflater_init(&replies->inflater, direction);
	assembler_inflate(&replies->assembler, &replies->inflater);
}

static void
count_reply(struct replies *replies, bool is_right, struct intake *intake)
{
	replies->count++;
	if (is_right)
		intake->right++;
	else
		intake->wrong++;
}

static void
skip(struct slice *bytes, size_t length)
{
	bytes->data += length;
	bytes->length -= length;
}

/* Goes on with the payload under way. */
static void
compare_payload(
	struct replies *replies, struct slice *bytes, struct intake *intake)
{
	struct slice payload = messages_payload(
		replies->expectation->messages, replies->count);
	size_t piece = payload.length - replies->compared;

	if (piece > bytes->length)
		piece = bytes->length;
	if (memcmp(bytes->data, payload.data + replies->compared, piece) != 0)
		replies->differs = true;
	replies->compared += piece;
	skip(bytes, piece);
	if (replies->compared < payload.length)
		return;
	count_reply(replies, !replies->differs, intake);
	replies->in_payload = replies->differs = false;
	replies->compared = 0;
}

/* Compares frames as long as they begin as expected. */
static void
compare(struct replies *replies, struct slice *bytes, struct intake *intake)
{
	const struct expectation *expectation = replies->expectation;

	if (replies->in_payload)
		compare_payload(replies, bytes, intake);
	while (bytes->length > 0 && !replies->in_payload) {
		if (expectation->lead_size == 0 ||
			bytes->length < expectation->lead_size ||
			memcmp(bytes->data, expectation->lead,
				expectation->lead_size) != 0)
			return;
		skip(bytes, expectation->lead_size);
		replies->in_payload = true;
		compare_payload(replies, bytes, intake);
	}
}

static void
judge_close(const struct message *message, struct intake *intake)
{
	struct close_body body = {.code = CLOSE_NO_STATUS};

	intake->is_closed = true;
	intake->verdict = close_body_decode(message->payload, &body);
	intake->code = body.code;
}

static void
judge(struct replies *replies, const struct message *message,
	struct intake *intake)
{
	switch (message->opcode) {
	case OPCODE_CLOSE:
		judge_close(message, intake);
		break;
	case OPCODE_PING:
		intake->is_pinged = true;
		intake->ping_length = message->payload.length;
		if (message->payload.length > 0)
			memcpy(intake->ping, message->payload.data,
				message->payload.length);
		break;
	case OPCODE_PONG:
		break;
	default:
		count_reply(replies,
			expectation_is_met(
				replies->expectation, message, replies->count),
			intake);
	}
}

/* Gives the assembler as much as it has room for. */
static bool
feed(struct assembler *assembler, struct slice *bytes)
{
	size_t piece = bytes->length;

	if (!assembler_reserve(assembler))
		return false;
	if (piece > buffer_room_size(&assembler->input))
		piece = buffer_room_size(&assembler->input);
	memcpy(buffer_room(&assembler->input), bytes->data, piece);
	buffer_add(&assembler->input, piece);
	assembler_received(assembler);
	skip(bytes, piece);
	return true;
}

static bool
is_over(const struct intake *intake)
{
	return intake->is_closed || !verdict_is_fine(intake->verdict);
}

static void
assemble(struct replies *replies, struct slice *bytes, struct intake *intake)
{
	struct assembler *assembler = &replies->assembler;
	struct message message;

	if (!feed(assembler, bytes)) {
		intake->verdict =
			(struct verdict){CLOSE_INTERNAL_ERROR, "out of memory"};
		return;
	}
	while (!is_over(intake) &&
		assembler_next(assembler, &message, &intake->verdict))
		judge(replies, &message, intake);
	if (!assembler_has_more(assembler))
		assembler_relax(assembler);
}

static bool
is_at_frame(const struct assembler *assembler)
{
	return !assembler->in_frame && !assembler->in_message &&
	       !assembler_has_more(assembler);
}

void
replies_take(struct replies *replies, struct slice bytes, struct intake *intake)
{
	while (bytes.length > 0 && !is_over(intake)) {
		if (is_at_frame(&replies->assembler))
			compare(replies, &bytes, intake);
		if (bytes.length > 0)
			assemble(replies, &bytes, intake);
	}
}
