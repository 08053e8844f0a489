/* SPDX-License-Identifier: MIT */
/* The closing handshake: RFC 6455 sections 5.5.1 and 7. */
#include "client/check_list.h"
#include "client/check_trial.h"

/* Sends the parts, the last of which is a Close. */
static bool
sends_close(struct trial *trial)
{
	if (!trial_open(trial))
		return false;
	trial->is_open = false;
	trial_send_parts(trial);
	return true;
}

/* To answer with another code than that of the check (0: any) is unusual. */
static void
answers_close(struct trial *trial)
{
	unsigned usual = trial->check->code;
	struct close_body body;

	if (!sends_close(trial) || !trial_expect_close(trial, &body) ||
		usual == 0 || body.code == usual)
		return;
	if (body.code == CLOSE_NO_STATUS)
		trial_tell(trial, CHECK_WARN, "a Close without a code");
	else
		trial_tell(trial, CHECK_WARN, "a Close %u", body.code);
}

/* Behind the Close of the server; tells what comes in place of the end. */
static enum check_event
receive_end(struct trial *trial)
{
	struct message message;
	enum check_event event = trial_receive(trial, &message);

	if (event == CHECK_RECEIVED)
		trial_tell_message(trial, CHECK_FAIL, &message);
	else if (event == CHECK_WRONG)
		trial_tell_event(trial, CHECK_FAIL, event);
	return event;
}

static void
ends_tcp(struct trial *trial)
{
	struct close_body body;
	enum check_event event;

	if (!sends_close(trial) || !trial_expect_close(trial, &body))
		return;
	event = receive_end(trial);
	if (event == CHECK_SILENCE)
		trial_tell(trial, CHECK_FAIL, "the server does not end it");
	else if (event == CHECK_LOST)
		trial_tell_event(trial, CHECK_WARN, event);
}

/* The only message to come before the end is the Close. */
static void
ignores_the_rest(struct trial *trial)
{
	struct close_body body;
	struct message message;
	enum check_event event;

	if (!sends_close(trial))
		return;
	do {
		event = trial_receive(trial, &message);
		if (event != CHECK_RECEIVED) {
			trial_tell_event(trial, CHECK_FAIL, event);
			return;
		}
	} while (trial_is_greeting(trial, &message));
	if (message.opcode == OPCODE_CLOSE &&
		verdict_is_fine(close_body_decode(message.payload, &body)))
		receive_end(trial);
	else
		trial_tell_message(trial, CHECK_FAIL, &message);
}

#define CLOSE (FIN | OPCODE_CLOSE)
#define NORMAL "\x03\xE8"

#define LETTERS_41 "abcdefghijklmnopqrstuvwxyzabcdefghijklmno"
#define REASON_123 LETTERS_41 LETTERS_41 LETTERS_41

#define RFC "RFC 6455 "

static const struct check checks[] = {
	{RFC "5.5.1", "a Close is answered with its code", .run = answers_close,
		.code = CLOSE_NORMAL, .parts = {{CLOSE, BYTES(NORMAL "bye")}}},
	{RFC "5.5.1", "an empty Close is answered", .run = answers_close,
		.parts = {{CLOSE, BYTES("")}}},
	{RFC "5.5.1", "a Close with a reason of 123 bytes is answered",
		.run = answers_close, .code = CLOSE_NORMAL,
		.parts = {{CLOSE, BYTES(NORMAL REASON_123)}}},
	{RFC "7.4.2", "close code 3000 is answered with itself",
		.run = answers_close, .code = 3000,
		.parts = {{CLOSE, BYTES("\x0B\xB8")}}},
	{RFC "7.4.2", "close code 4999 is answered with itself",
		.run = answers_close, .code = 4999,
		.parts = {{CLOSE, BYTES("\x13\x87")}}},
	{RFC "5.4", "a Close inside a message is answered",
		.run = answers_close, .code = CLOSE_NORMAL,
		.parts = {{OPCODE_TEXT, BYTES("half")},
			{CLOSE, BYTES(NORMAL)}}},
	{RFC "5.5.1", "what follows a Close is ignored",
		.run = ignores_the_rest, .need = CHECK_NEEDS_TEXT,
		.parts = {{CLOSE, BYTES(NORMAL)},
			{FIN | OPCODE_TEXT, BYTES("late")}}},
	{RFC "7.1.1", "nothing but the end of TCP follows the answer",
		.run = ends_tcp, .parts = {{CLOSE, BYTES(NORMAL)}}},
};

const struct check_list check_closings = {
	checks, sizeof(checks) / sizeof(checks[0])};
