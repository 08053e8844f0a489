/* SPDX-License-Identifier: MIT */
/* Frames that the server has to fail the connection for. */
#include "client/check_list.h"
#include "client/check_trial.h"

static void
judge_close(struct trial *trial, const struct message *message)
{
	struct close_body body;

	if (!verdict_is_fine(close_body_decode(message->payload, &body)))
		trial_tell_message(trial, CHECK_FAIL, message);
	else if (body.code != trial->check->code)
		trial_tell_message(trial, CHECK_WARN, message);
}

/* Whether the server took the frames for good ones. */
static bool
is_taken(struct trial *trial, const struct message *message)
{
	if (message->opcode == OPCODE_PONG)
		return true;
	return (trial->echo->text || trial->echo->binary) &&
	       !trial_is_greeting(trial, message);
}

/*
 * Waits for the end. Section 7.1.7: the server is to send Close, with the code
 * of the check, and to end the connection; only the latter is a must. The
 * grade is for a server that takes the frames for good ones.
 */
static void
expect_failure(struct trial *trial, enum check_grade grade)
{
	struct message message;
	enum check_event event;

	for (;;) {
		event = trial_receive(trial, &message);
		if (event != CHECK_RECEIVED) {
			trial_tell_event(trial, CHECK_WARN, event);
			return;
		}
		if (message.opcode == OPCODE_CLOSE) {
			judge_close(trial, &message);
			return;
		}
		if (is_taken(trial, &message)) {
			trial_tell_message(trial, grade, &message);
			return;
		}
	}
}

static void
fails(struct trial *trial)
{
	if (!trial_open(trial))
		return;
	trial->is_open = false;
	trial_send_parts(trial);
	expect_failure(trial, CHECK_FAIL);
}

/*
 * What only the sender is forbidden: a server may put up with it. One without
 * an echo shows by the pong that it did.
 */
static void
fails_better(struct trial *trial)
{
	if (!trial_open(trial))
		return;
	trial->is_open = false;
	trial_send_parts(trial);
	trial_send(trial, FIN | OPCODE_PING, slice_of("still there"));
	expect_failure(trial, CHECK_WARN);
}

#define TEXT (FIN | OPCODE_TEXT)
#define LAST (FIN | OPCODE_CONTINUATION)
#define CLOSE (FIN | OPCODE_CLOSE)

#define RSV1 0x40
#define RSV2_RSV3 0x30

#define BYTES_25 "1234567890123456789012345"
#define BYTES_126 BYTES_25 BYTES_25 BYTES_25 BYTES_25 BYTES_25 "6"

#define KEY_OF_ZEROS "\0\0\0\0"

#define RFC "RFC 6455 "

static const struct check checks[] = {
	{RFC "5.1", "an unmasked frame fails the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{CHECK_RAW, BYTES("\x81\x04"
					    "bare")}}},
	{RFC "5.2", "RSV1 without an extension fails the connection",
		.run = fails, .code = CLOSE_PROTOCOL_ERROR,
		.parts = {{TEXT | RSV1, BYTES("rsv1")}}},
	{RFC "5.2", "RSV2 and RSV3 fail the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{TEXT | RSV2_RSV3, BYTES("rsv2")}}},
	{RFC "5.2", "opcode 3 fails the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{FIN | 0x3, BYTES("3")}}},
	{RFC "5.2", "opcode 11 fails the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{FIN | 0xB, BYTES("11")}}},
	{RFC "5.2", "16 bits for a short length should not be accepted",
		.run = fails_better, .code = CLOSE_PROTOCOL_ERROR,
		.parts = {{CHECK_RAW,
			BYTES("\x81\xFE\0\x04" KEY_OF_ZEROS "long")}}},
	{RFC "5.2", "64 bits for a short length should not be accepted",
		.run = fails_better, .code = CLOSE_PROTOCOL_ERROR,
		.parts = {{CHECK_RAW,
			BYTES("\x81\xFF\0\0\0\0\0\0\0\x04" KEY_OF_ZEROS
			      "long")}}},
	{RFC "5.2", "a length with its top bit set fails the connection",
		.run = fails, .code = CLOSE_PROTOCOL_ERROR,
		.parts = {{CHECK_RAW,
			BYTES("\x82\xFF\x80\0\0\0\0\0\0\x01" KEY_OF_ZEROS
			      "x")}}},
	{RFC "5.4", "a continuation without a start fails the connection",
		.run = fails, .code = CLOSE_PROTOCOL_ERROR,
		.parts = {{LAST, BYTES("no start")}}},
	{RFC "5.4", "a new message inside a message fails the connection",
		.run = fails, .code = CLOSE_PROTOCOL_ERROR,
		.parts = {{OPCODE_TEXT, BYTES("a")}, {TEXT, BYTES("b")}}},
	{RFC "5.5", "a fragmented ping fails the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{OPCODE_PING, BYTES("half")}}},
	{RFC "5.5", "a ping of 126 bytes fails the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{FIN | OPCODE_PING, BYTES(BYTES_126)}}},
	{RFC "8.1", "text that is not UTF-8 fails the connection with 1007",
		.run = fails, .code = CLOSE_INVALID_PAYLOAD,
		.parts = {{TEXT, BYTES("\xC0\xAF")}}},
	{RFC "8.1", "a surrogate in text fails the connection with 1007",
		.run = fails, .code = CLOSE_INVALID_PAYLOAD,
		.parts = {{TEXT, BYTES("\xED\xA0\x80")}}},
	{RFC "8.1",
		"a character cut off at the end fails the connection with 1007",
		.run = fails, .code = CLOSE_INVALID_PAYLOAD,
		.parts = {{TEXT, BYTES("cut \xE2\x82")}}},
	{RFC "8.1",
		"a bad byte in a later fragment fails the connection with 1007",
		.run = fails, .code = CLOSE_INVALID_PAYLOAD,
		.parts = {{OPCODE_TEXT, BYTES("good")},
			{LAST, BYTES("bad \xFF")}}},
	{RFC "5.5.1", "a Close of one byte fails the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{CLOSE, BYTES("\x03")}}},
	{RFC "7.4", "close code 999 fails the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{CLOSE, BYTES("\x03\xE7")}}},
	{RFC "7.4.1", "close code 1004 fails the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{CLOSE, BYTES("\x03\xEC")}}},
	{RFC "7.4.1", "close code 1005 fails the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{CLOSE, BYTES("\x03\xED")}}},
	{RFC "7.4.1", "close code 1006 fails the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{CLOSE, BYTES("\x03\xEE")}}},
	{RFC "7.4.1", "close code 1015 fails the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{CLOSE, BYTES("\x03\xF7")}}},
	{RFC "7.4", "close code 5000 fails the connection", .run = fails,
		.code = CLOSE_PROTOCOL_ERROR,
		.parts = {{CLOSE, BYTES("\x13\x88")}}},
	{RFC "5.5.1",
		"a reason that is not UTF-8 fails the connection with 1007",
		.run = fails, .code = CLOSE_INVALID_PAYLOAD,
		.parts = {{CLOSE, BYTES("\x03\xE8\xFF")}}},
};

const struct check_list check_failures = {
	checks, sizeof(checks) / sizeof(checks[0])};
