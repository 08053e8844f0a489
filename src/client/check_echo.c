/* SPDX-License-Identifier: MIT */
#include "client/check_echo.h"

#include "client/check_list.h"
#include "client/check_trial.h"
#include "transport/clock.h"

#include <string.h>

/* How long an echo may take, in milliseconds. */
#define ECHO_LIMIT 2000

/* Receives a message; control frames do not count. */
static bool
receive_message(struct trial *trial, struct message *message)
{
	do
		if (trial_receive(trial, message) != CHECK_RECEIVED)
			return false;
	while (message->opcode == OPCODE_PONG);
	return message->opcode != OPCODE_CLOSE;
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
	struct slice first = slice_of("first words"), second = slice_of("more");
	struct message message;
	unsigned others = 0;

	trial_send(trial, FIN | OPCODE_TEXT, first);
	for (;; others++) {
		if (!receive_message(trial, &message))
			return;
		if (learn_prefix(echo, &message, first))
			break;
	}
	trial_send(trial, FIN | OPCODE_TEXT, second);
	echo->text = trial_expect_echo(trial, OPCODE_TEXT, second);
	if (echo->text)
		echo->greetings = others;
}

static void
learn_binary(struct trial *trial, struct check_echo *echo)
{
	struct slice sent = {"\0first\xFF", 7};
	struct message message;
	unsigned others = 0;

	trial_send(trial, FIN | OPCODE_BINARY, sent);
	for (;; others++) {
		if (!receive_message(trial, &message))
			return;
		if (message.opcode == OPCODE_BINARY &&
			slice_equals(message.payload, sent))
			break;
	}
	echo->binary = true;
	if (!echo->text)
		echo->greetings = others;
}

static void
learn(struct check_echo *echo, const struct check_target *target,
	void (*run)(struct trial *, struct check_echo *))
{
	static const struct check check = {0};
	struct trial trial;
	int64_t limit = target->check_limit;

	trial_begin(&trial, &check, target, echo,
		deadline_after(limit < ECHO_LIMIT ? limit : ECHO_LIMIT));
	if (trial_open(&trial))
		run(&trial, echo);
	trial_end(&trial);
}

void
check_echo_learn(struct check_echo *echo, const struct check_target *target)
{
	*echo = (struct check_echo){0};
	learn(echo, target, learn_text);
	learn(echo, target, learn_binary);
}
