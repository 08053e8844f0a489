/* SPDX-License-Identifier: MIT */
#include "client/check_list.h"
#include "client/check_trial.h"

#include <string.h>

static void
send_written(struct trial *trial, struct buffer *bytes, bool is_written)
{
	if (is_written)
		check_peer_send(&trial->peer, buffer_bytes(bytes));
	else
		trial_tell(trial, CHECK_FAIL, "out of memory");
	buffer_release(bytes);
}

void
trial_send(struct trial *trial, unsigned first_byte, struct slice payload)
{
	struct buffer bytes = {0};

	send_written(
		trial, &bytes, check_frame_write(&bytes, first_byte, payload));
}

void
trial_send_parts(struct trial *trial)
{
	struct buffer bytes = {0};
	bool is_written = true;

	for (size_t i = 0; is_written && i < CHECK_PARTS_MAX; i++) {
		const struct check_part *part = &trial->check->parts[i];
		struct slice slice = {part->bytes, part->length};

		if (part->bytes == NULL)
			break;
		is_written = part->first_byte == CHECK_RAW
				     ? buffer_append(&bytes, slice)
				     : check_frame_write(
					       &bytes, part->first_byte, slice);
	}
	send_written(trial, &bytes, is_written);
}

enum check_event
trial_receive(struct trial *trial, struct message *message)
{
	enum check_event event;

	for (;;) {
		event = check_peer_receive(&trial->peer, message);
		if (event != CHECK_RECEIVED || message->opcode != OPCODE_PING)
			return event;
		trial_send(trial, FIN | OPCODE_PONG, message->payload);
	}
}

bool
trial_is_greeting(struct trial *trial, const struct message *message)
{
	if (opcode_is_control(message->opcode) || trial->greetings_left == 0)
		return false;
	trial->greetings_left--;
	return true;
}

bool
trial_is_echo(const struct trial *trial, const struct message *message,
	enum opcode opcode, struct slice payload)
{
	struct slice came = message->payload;
	struct slice prefix = {trial->echo->prefix, 0};

	if (opcode == OPCODE_TEXT)
		prefix.length = trial->echo->prefix_length;
	if (message->opcode != opcode ||
		came.length != prefix.length + payload.length)
		return false;
	came.length = prefix.length;
	if (!slice_equals(came, prefix))
		return false;
	came.data += prefix.length;
	came.length = payload.length;
	return slice_equals(came, payload);
}

/* A server may refuse what is too long for it (section 10.4). */
static bool
is_too_big(const struct message *message)
{
	struct close_body body;

	return message->opcode == OPCODE_CLOSE &&
	       verdict_is_fine(close_body_decode(message->payload, &body)) &&
	       body.code == CLOSE_MESSAGE_TOO_BIG;
}

bool
trial_expect_echo(struct trial *trial, enum opcode opcode, struct slice payload)
{
	struct message message;
	enum check_event event;

	for (;;) {
		event = trial_receive(trial, &message);
		if (event != CHECK_RECEIVED) {
			trial_tell_event(trial, CHECK_FAIL, event);
			return false;
		}
		if (message.opcode == OPCODE_PONG ||
			trial_is_greeting(trial, &message))
			continue;
		if (trial_is_echo(trial, &message, opcode, payload))
			return true;
		trial_tell_message(trial,
			is_too_big(&message) ? CHECK_WARN : CHECK_FAIL,
			&message);
		return false;
	}
}

bool
trial_expect_pong(struct trial *trial, struct slice payload)
{
	struct message message;
	enum check_event event;

	do {
		event = trial_receive(trial, &message);
		if (event != CHECK_RECEIVED) {
			trial_tell_event(trial, CHECK_FAIL, event);
			return false;
		}
		trial_is_greeting(trial, &message);
	} while (!opcode_is_control(message.opcode));
	if (message.opcode == OPCODE_PONG &&
		slice_equals(message.payload, payload))
		return true;
	trial_tell_message(trial, CHECK_FAIL, &message);
	return false;
}

bool
trial_expect_close(struct trial *trial, struct close_body *body)
{
	struct message message;
	enum check_event event;

	do {
		event = trial_receive(trial, &message);
		if (event != CHECK_RECEIVED) {
			trial_tell_event(trial, CHECK_FAIL, event);
			return false;
		}
	} while (message.opcode != OPCODE_CLOSE);
	if (verdict_is_fine(close_body_decode(message.payload, body)))
		return true;
	trial_tell_message(trial, CHECK_FAIL, &message);
	return false;
}
