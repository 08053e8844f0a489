/* SPDX-License-Identifier: MIT */
/* Messages and control frames as they should be: RFC 6455 section 5. */
#include "client/check_list.h"
#include "client/check_trial.h"

static bool
expect_answer(struct trial *trial)
{
	const struct check_part *answer = &trial->check->answer;
	struct slice payload = {answer->bytes, answer->length};
	enum opcode opcode = (enum opcode)answer->first_byte;

	if (opcode == OPCODE_PONG)
		return trial_expect_pong(trial, payload);
	return trial_expect_echo(trial, opcode, payload);
}

static void
answers(struct trial *trial)
{
	if (!trial_open(trial))
		return;
	trial_send_parts(trial);
	expect_answer(trial);
}

static void
answers_single_bytes(struct trial *trial)
{
	const struct check_part *part = &trial->check->parts[0];
	struct slice payload = {part->bytes, part->length};
	struct buffer bytes = {0};

	if (!trial_open(trial))
		return;
	if (check_frame_write(&bytes, part->first_byte, payload)) {
		check_peer_drip(&trial->peer, buffer_bytes(&bytes));
		expect_answer(trial);
	}
	buffer_release(&bytes);
}

static void
keeps_order(struct trial *trial)
{
	if (!trial_open(trial))
		return;
	trial_send_parts(trial);
	for (size_t i = 0; i < CHECK_PARTS_MAX; i++) {
		const struct check_part *part = &trial->check->parts[i];

		if (!trial_expect_echo(trial, OPCODE_TEXT,
			    (struct slice){part->bytes, part->length}))
			return;
	}
}

static void
returns_all_lengths(struct trial *trial)
{
	static const size_t lengths[] = {0, 125, 126, 65535, 65536};
	static const char payload[65536];
	enum opcode opcode = trial->echo->binary ? OPCODE_BINARY : OPCODE_TEXT;
	bool is_fine = trial_open(trial);

	for (size_t i = 0; is_fine && i < sizeof(lengths) / sizeof(lengths[0]);
		i++) {
		struct slice slice = {payload, lengths[i]};

		trial_send(trial, FIN | opcode, slice);
		is_fine = trial_expect_echo(trial, opcode, slice);
	}
}

/* A control frame between fragments is answered before the message ends. */
static void
answers_between_fragments(struct trial *trial)
{
	if (!trial_open(trial))
		return;
	trial_send(trial, OPCODE_TEXT, slice_of("be"));
	trial_send(trial, FIN | OPCODE_PING, slice_of("now"));
	if (!trial_expect_pong(trial, slice_of("now")))
		return;
	trial_send(trial, FIN | OPCODE_CONTINUATION, slice_of("tween"));
	if (trial->echo->text)
		trial_expect_echo(trial, OPCODE_TEXT, slice_of("between"));
}

#define TEXT (FIN | OPCODE_TEXT)
#define BINARY (FIN | OPCODE_BINARY)
#define LAST (FIN | OPCODE_CONTINUATION)
#define PING (FIN | OPCODE_PING)
#define PONG (FIN | OPCODE_PONG)

/* Of two, three and four bytes a character. */
#define WORDS "Gr\303\274\303\237e, \344\270\226\347\225\214 \360\237\230\200"

#define BYTES_25 "1234567890123456789012345"
#define BYTES_125 BYTES_25 BYTES_25 BYTES_25 BYTES_25 BYTES_25

#define RFC "RFC 6455 "

static const struct check checks[] = {
	{RFC "5.6", "a text message comes back", .run = answers,
		.need = CHECK_NEEDS_TEXT, .parts = {{TEXT, BYTES(WORDS)}},
		.answer = {OPCODE_TEXT, BYTES(WORDS)}},
	{RFC "5.6", "a binary message comes back", .run = answers,
		.need = CHECK_NEEDS_BINARY,
		.parts = {{BINARY, BYTES("\0\x01\x7F\x80\xFE\xFF")}},
		.answer = {OPCODE_BINARY, BYTES("\0\x01\x7F\x80\xFE\xFF")}},
	{RFC "5.2", "0, 125, 126, 65535 and 65536 bytes come back",
		.run = returns_all_lengths, .need = CHECK_NEEDS_ECHO},
	{RFC "5.2", "messages sent together come back in order",
		.run = keeps_order, .need = CHECK_NEEDS_TEXT,
		.parts = {{TEXT, BYTES("one")}, {TEXT, BYTES("two")},
			{TEXT, BYTES("three")}}},
	{RFC "5.4", "a fragmented message comes back as one", .run = answers,
		.need = CHECK_NEEDS_TEXT,
		.parts = {{OPCODE_TEXT, BYTES("frag")},
			{OPCODE_CONTINUATION, BYTES("men")},
			{LAST, BYTES("ted")}},
		.answer = {OPCODE_TEXT, BYTES("fragmented")}},
	{RFC "5.4", "fragments may be empty", .run = answers,
		.need = CHECK_NEEDS_TEXT,
		.parts = {{OPCODE_TEXT, BYTES("")},
			{OPCODE_CONTINUATION, BYTES("empty")},
			{LAST, BYTES("")}},
		.answer = {OPCODE_TEXT, BYTES("empty")}},
	{RFC "8.1", "a character may be cut by a fragment", .run = answers,
		.need = CHECK_NEEDS_TEXT,
		.parts = {{OPCODE_TEXT, BYTES("\xE2\x82")},
			{LAST, BYTES("\xAC")}},
		.answer = {OPCODE_TEXT, BYTES("\xE2\x82\xAC")}},
	{RFC "5.4", "a ping between fragments is answered at once",
		.run = answers_between_fragments},
	{RFC "5.5.2", "a ping is answered with its payload", .run = answers,
		.parts = {{PING, BYTES("\0ping\xFF")}},
		.answer = {OPCODE_PONG, BYTES("\0ping\xFF")}},
	{RFC "5.5.2", "an empty ping is answered", .run = answers,
		.parts = {{PING, BYTES("")}},
		.answer = {OPCODE_PONG, BYTES("")}},
	{RFC "5.5.2", "a ping of 125 bytes is answered", .run = answers,
		.parts = {{PING, BYTES(BYTES_125)}},
		.answer = {OPCODE_PONG, BYTES(BYTES_125)}},
	{RFC "5.2", "a ping in single bytes is answered",
		.run = answers_single_bytes, .parts = {{PING, BYTES("drip")}},
		.answer = {OPCODE_PONG, BYTES("drip")}},
	{RFC "5.5.3", "a pong that nobody asked for is ignored", .run = answers,
		.parts = {{PONG, BYTES("unasked")}, {PING, BYTES("asked")}},
		.answer = {OPCODE_PONG, BYTES("asked")}},
};

const struct check_list check_frames = {
	checks, sizeof(checks) / sizeof(checks[0])};
