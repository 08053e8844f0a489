/* SPDX-License-Identifier: MIT */
#include "protocol/assembler.h"

#include "protocol/close_code.h"
#include "protocol/mask.h"

#include <assert.h>
#include <string.h>

/* Room for a small message, and as much as is well received at once. */
#define PIECE_MIN 1024
#define PIECE_MAX 65536

/* Less where much may come out of little. */
#define COMPRESSED_PIECE_MAX 16384

void
assembler_init(struct assembler *assembler, enum role role, size_t max_message)
{
	*assembler = (struct assembler){
		.role = role, .max_message = max_message, .piece = PIECE_MIN};
}

void
assembler_release(struct assembler *assembler)
{
	buffer_release(&assembler->input);
	buffer_release(&assembler->restored);
}

void
assembler_inflate(struct assembler *assembler, struct inflater *inflater)
{
	assembler->inflater = inflater;
}

static char *
unparsed_data(const struct assembler *assembler)
{
	return assembler->input.data + assembler->input.start +
	       assembler->unparsed;
}

static size_t
unparsed_length(const struct assembler *assembler)
{
	return buffer_length(&assembler->input) - assembler->unparsed;
}

/* A compressed message is judged by what comes out. */
static bool
exceeds_limit(const struct assembler *assembler)
{
	bool is_compressed = assembler->in_message ? assembler->is_compressed
						   : assembler->frame.rsv1;

	return !is_compressed &&
	       assembler->frame.payload_length >
		       assembler->max_message - assembler->message_length;
}

/* RFC 6455 section 5.4: which frame may follow which. */
static struct verdict
check_sequence(const struct assembler *assembler)
{
	enum opcode opcode = assembler->frame.opcode;

	if (opcode_is_control(opcode))
		return VERDICT_FINE;
	if (opcode == OPCODE_CONTINUATION && !assembler->in_message)
		return (struct verdict){
			CLOSE_PROTOCOL_ERROR, "continuation without a start"};
	if (opcode != OPCODE_CONTINUATION && assembler->in_message)
		return (struct verdict){
			CLOSE_PROTOCOL_ERROR, "new message inside a message"};
	if (exceeds_limit(assembler))
		return (struct verdict){
			CLOSE_MESSAGE_TOO_BIG, "message too big"};
	return VERDICT_FINE;
}

static void
begin_message(struct assembler *assembler)
{
	assembler->in_message = true;
	assembler->is_compressed = assembler->frame.rsv1;
	assembler->opcode = assembler->frame.opcode;
	assembler->utf8 = (struct utf8){0};
	buffer_consume(&assembler->input, assembler->unparsed);
	assembler->unparsed = 0;
}

/* Leaves in_frame false while the header is not whole. */
static struct verdict
parse_header(struct assembler *assembler)
{
	size_t size;
	struct verdict verdict;

	if (unparsed_length(assembler) == 0)
		return VERDICT_FINE;
	verdict = frame_header_decode(unparsed_data(assembler),
		unparsed_length(assembler), assembler->role,
		assembler->inflater != NULL, &assembler->frame, &size);
	if (!verdict_is_fine(verdict) || size == 0)
		return verdict;
	verdict = check_sequence(assembler);
	if (!verdict_is_fine(verdict))
		return verdict;
	assembler->unparsed += size;
	assembler->frame_left = assembler->frame.payload_length;
	assembler->in_frame = true;
	if (!opcode_is_control(assembler->frame.opcode) &&
		!assembler->in_message)
		begin_message(assembler);
	return VERDICT_FINE;
}

static bool
unmask(const struct assembler *assembler, char *data, size_t length)
{
	if (!assembler->frame.masked)
		return false;
	return mask_apply(data, length, assembler->frame.masking_key,
		assembler->frame.payload_length - assembler->frame_left);
}

/* Text goes on with these bytes; ends: they are its last ones. */
static struct verdict
check_text(
	struct assembler *assembler, struct slice fresh, bool ascii, bool ends)
{
	struct utf8 *utf8 = &assembler->utf8;

	if (assembler->opcode != OPCODE_TEXT)
		return VERDICT_FINE;
	if ((!(ascii && utf8_is_complete(utf8)) &&
		    !utf8_continue(utf8, fresh)) ||
		(ends && !utf8_is_complete(utf8)))
		return (struct verdict){
			CLOSE_INVALID_PAYLOAD, "text is not UTF-8"};
	return VERDICT_FINE;
}

/* Moves the fresh bytes up to the message that they continue. */
static void
keep(struct assembler *assembler, struct slice fresh)
{
	char *end = assembler->input.data + assembler->input.start +
		    assembler->message_length;

	if (assembler->discards || fresh.length == 0)
		return;
	if (end != fresh.data)
		memmove(end, fresh.data, fresh.length);
	assembler->message_length += fresh.length;
}

/* What came out before a failure is judged first, in whatever pieces it came.
 */
static struct verdict
restore(struct assembler *assembler, struct slice fresh, bool ends)
{
	struct buffer *restored = &assembler->restored;
	size_t before = buffer_length(restored);
	struct slice text;
	struct verdict verdict, text_verdict;

	if (assembler->discards)
		return VERDICT_FINE;
	verdict = inflater_add(
		assembler->inflater, fresh, restored, assembler->max_message);
	text = buffer_bytes(restored);
	if (text.length > 0)
		text.data += before;
	text.length -= before;
	text_verdict = check_text(assembler, text, text.length == 0, false);
	if (!verdict_is_fine(text_verdict))
		return text_verdict;
	if (verdict_is_fine(verdict) && ends)
		verdict = inflater_finish(assembler->inflater);
	if (!verdict_is_fine(verdict))
		return verdict;
	return check_text(assembler, (struct slice){NULL, 0}, true, ends);
}

/* Takes in what has come of a data frame's payload. */
static struct verdict
parse_payload(struct assembler *assembler)
{
	struct slice fresh = {NULL, unparsed_length(assembler)};
	bool ascii = true, ends;
	struct verdict verdict;

	if (fresh.length > assembler->frame_left)
		fresh.length = (size_t)assembler->frame_left;
	if (fresh.length > 0) {
		fresh.data = unparsed_data(assembler);
		ascii = unmask(
			assembler, unparsed_data(assembler), fresh.length);
	}
	ends = assembler->frame.fin && fresh.length == assembler->frame_left;
	verdict = assembler->is_compressed
			  ? restore(assembler, fresh, ends)
			  : check_text(assembler, fresh, ascii, ends);
	if (!verdict_is_fine(verdict))
		return verdict;
	if (!assembler->is_compressed)
		keep(assembler, fresh);
	assembler->unparsed += fresh.length;
	assembler->frame_left -= fresh.length;
	if (assembler->frame_left == 0)
		assembler->in_frame = false;
	return VERDICT_FINE;
}

static bool
take_message(struct assembler *assembler, struct message *message)
{
	if (assembler->in_frame || !assembler->frame.fin)
		return false;
	assembler->in_message = false;
	if (assembler->discards)
		return false;
	message->opcode = assembler->opcode;
	if (assembler->is_compressed) {
		message->payload = buffer_bytes(&assembler->restored);
		return true;
	}
	message->payload = buffer_bytes(&assembler->input);
	message->payload.length = assembler->message_length;
	return true;
}

/* A control frame is short: it is taken as soon as all of it is there. */
static bool
take_control(struct assembler *assembler, struct message *message)
{
	size_t length = (size_t)assembler->frame.payload_length;

	if (unparsed_length(assembler) < length)
		return false;
	message->opcode = assembler->frame.opcode;
	message->payload = (struct slice){NULL, 0};
	if (length > 0) {
		unmask(assembler, unparsed_data(assembler), length);
		message->payload =
			(struct slice){unparsed_data(assembler), length};
	}
	assembler->unparsed += length;
	assembler->in_frame = false;
	return true;
}

/* Forgets the message that was returned, or discarded, last. */
static void
drop_message(struct assembler *assembler)
{
	if (assembler->in_message)
		return;
	buffer_consume(&assembler->input, assembler->unparsed);
	buffer_consume(
		&assembler->restored, buffer_length(&assembler->restored));
	assembler->unparsed = 0;
	assembler->message_length = 0;
}

bool
assembler_next(struct assembler *assembler, struct message *message,
	struct verdict *verdict)
{
	*verdict = VERDICT_FINE;
	for (;;) {
		if (!assembler->in_frame) {
			drop_message(assembler);
			*verdict = parse_header(assembler);
			if (!assembler->in_frame)
				return false;
		}
		if (opcode_is_control(assembler->frame.opcode))
			return take_control(assembler, message);
		*verdict = parse_payload(assembler);
		if (!verdict_is_fine(*verdict))
			return false;
		if (take_message(assembler, message))
			return true;
		if (assembler->in_frame)
			return false;
	}
}

bool
assembler_has_more(const struct assembler *assembler)
{
	return unparsed_length(assembler) > 0;
}

/* Takes the parsed bytes between the message and the unparsed ones out. */
static void
close_gap(struct assembler *assembler)
{
	buffer_erase(&assembler->input, assembler->message_length,
		assembler->unparsed - assembler->message_length);
	assembler->unparsed = assembler->message_length;
}

static size_t
piece_max(const struct assembler *assembler)
{
	return assembler->inflater == NULL ? PIECE_MAX : COMPRESSED_PIECE_MAX;
}

bool
assembler_reserve(struct assembler *assembler)
{
	size_t wanted = assembler->piece, max = piece_max(assembler);

	if (assembler->in_frame && assembler->frame_left > wanted)
		wanted = assembler->frame_left < max
				 ? (size_t)assembler->frame_left
				 : max;
	close_gap(assembler);
	return buffer_reserve(&assembler->input, wanted);
}

void
assembler_received(struct assembler *assembler)
{
	if (buffer_room_size(&assembler->input) == 0 &&
		assembler->piece < piece_max(assembler))
		assembler->piece *= 2;
}

void
assembler_discard(struct assembler *assembler)
{
	assembler->discards = true;
	assembler->message_length = 0;
}

void
assembler_relax(struct assembler *assembler)
{
	assembler->piece = PIECE_MIN;
	if (buffer_length(&assembler->input) == 0)
		buffer_release(&assembler->input);
	if (!assembler->in_message)
		buffer_release(&assembler->restored);
}
