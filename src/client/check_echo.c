/* SPDX-License-Identifier: MIT */
/* What messages are answered with: it is learnt, and the frames are judged. */
#include "client/check_echo.h"

#include "client/check_list.h"
#include "client/check_trial.h"
#include "transport/clock.h"

#include <string.h>

/* How long an echo may take, in milliseconds. */
#define ECHO_LIMIT 2000

static void
wait_anew(struct trial *trial)
{
	int64_t deadline = deadline_after(ECHO_LIMIT);

	trial->peer.deadline =
		deadline < trial->deadline ? deadline : trial->deadline;
}

/*
 * Receives a message; control frames do not count. Tells what breaks a rule,
 * which to send nothing does not.
 */
static bool
receive_message(struct trial *trial, struct message *message)
{
	enum check_event event;

	do
		event = trial_receive(trial, message);
	while (event == CHECK_RECEIVED && message->opcode == OPCODE_PONG);
	if (event == CHECK_WRONG)
		trial_tell_event(trial, CHECK_FAIL, event);
	if (event != CHECK_RECEIVED)
		return false;
	if (message->opcode == OPCODE_CLOSE)
		trial_tell_message(trial, CHECK_OK, message);
	return message->opcode != OPCODE_CLOSE;
}

static struct slice
send_part(struct trial *trial, size_t index)
{
	const struct check_part *part = &trial->check->parts[index];
	struct slice payload = {part->bytes, part->length};

	trial_send(trial, part->first_byte, payload);
	return payload;
}

static bool
learn_prefix(struct check_echo *echo, const struct message *message,
	struct slice sent)
{
	struct slice came = message->payload;
	size_t length = came.length - sent.length;

	if (message->opcode != OPCODE_TEXT || came.length < sent.length ||
		length > sizeof(echo->prefix) ||
		!slice_equals(
			(struct slice){came.data + length, sent.length}, sent))
		return false;
	if (length > 0)
		memcpy(echo->prefix, came.data, length);
	echo->prefix_length = length;
	return true;
}

/* An echo with the same prefix twice is no accident. */
static void
learn_text(struct trial *trial, struct check_echo *echo)
{
	struct slice sent = send_part(trial, 0);
	struct message message;
	unsigned others = 0;

	for (;; others++) {
		if (!receive_message(trial, &message))
			return;
		if (learn_prefix(echo, &message, sent))
			break;
	}
	sent = send_part(trial, 1);
	echo->text = receive_message(trial, &message) &&
		     trial_is_echo(trial, &message, OPCODE_TEXT, sent);
	if (echo->text)
		echo->greetings = others;
}

static void
learn_binary(struct trial *trial, struct check_echo *echo)
{
	struct slice sent = send_part(trial, 0);
	struct message message;
	unsigned others = 0;

	for (;; others++) {
		if (!receive_message(trial, &message))
			return;
		if (trial_is_echo(trial, &message, OPCODE_BINARY, sent))
			break;
	}
	echo->binary = true;
	if (!echo->text)
		echo->greetings = others;
}

/* A message that is never ended shows when the next one begins. */
static void
provoke_next(struct trial *trial)
{
	struct message message;

	if (trial->grade != CHECK_OK || !trial->peer.assembler.in_message)
		return;
	wait_anew(trial);
	send_part(trial, 0);
	while (receive_message(trial, &message))
		continue;
}

static void
learn(struct trial *trial, void (*run)(struct trial *, struct check_echo *))
{
	if (!trial_open(trial))
		return;
	wait_anew(trial);
	run(trial, trial->echo);
	provoke_next(trial);
}

static void
obeys_after_text(struct trial *trial)
{
	learn(trial, learn_text);
}

static void
obeys_after_binary(struct trial *trial)
{
	learn(trial, learn_binary);
}

#define TEXT (FIN | OPCODE_TEXT)
#define BINARY (FIN | OPCODE_BINARY)

#define RFC "RFC 6455 "

static const struct check checks[] = {
	{RFC "5", "what comes after a text message obeys the rules",
		.run = obeys_after_text,
		.parts = {{TEXT, BYTES("first words")}, {TEXT, BYTES("more")}}},
	{RFC "5", "what comes after a binary message obeys the rules",
		.run = obeys_after_binary,
		.parts = {{BINARY, BYTES("\0first\xFF")}}},
};

const struct check_list check_echoes = {
	checks, sizeof(checks) / sizeof(checks[0])};
