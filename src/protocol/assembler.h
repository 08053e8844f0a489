/* SPDX-License-Identifier: MIT */
/*
 * Whole messages out of received bytes: RFC 6455 sections 5.2 to 5.5, 8.1, RFC
 * 7692 section 6.2.
 */
#ifndef PROTOCOL_ASSEMBLER_H
#define PROTOCOL_ASSEMBLER_H

#include "protocol/buffer.h"
#include "protocol/deflate.h"
#include "protocol/frame.h"
#include "protocol/utf8.h"

/* A message of text or binary, or a control frame. */
struct message {
	enum opcode opcode;
	struct slice payload;
};

/*
 * The input holds, from its start: the message_length bytes of the message
 * so far, bytes already parsed, and from unparsed on what is still to be. So
 * a message in one frame lies where it was received; the later fragments of
 * another move up to it. A compressed message is restored as it comes, and
 * stands in restored; then message_length is 0.
 */
struct assembler {
	struct buffer input;
	struct buffer restored;
	struct inflater *inflater; /* NULL: none was agreed on */
	struct frame_header frame; /* the one unparsed stands in, if in_frame */
	uint64_t frame_left;	   /* of its payload, not yet parsed */
	size_t message_length;
	size_t unparsed;
	size_t max_message;
	size_t piece; /* what room is made for */
	struct utf8 utf8;
	enum opcode opcode; /* of the message, if in_message */
	enum role role;
	bool in_frame;
	bool in_message;
	bool is_compressed; /* the message */
	bool discards;
};

/* max_message is in bytes of payload, over all fragments. */
void assembler_init(
	struct assembler *assembler, enum role role, size_t max_message);
void assembler_release(struct assembler *assembler);

/*
 * From now on messages may be compressed (RSV1); the inflater is the caller's.
 */
void assembler_inflate(struct assembler *assembler, struct inflater *inflater);

/*
 * Takes the next message or control frame out of the input. It is valid until
 * the next call of any function here. Returns false when more bytes are
 * needed, or when *verdict is not fine: 1002, 1007 at the first byte that is
 * no UTF-8 or no deflate data, 1009 before a byte over the limit was stored,
 * 1011 when memory is short; the connection is then to be failed, and this
 * function not to be called again.
 */
bool assembler_next(struct assembler *assembler, struct message *message,
	struct verdict *verdict);

/* Whether bytes behind what was returned last wait to be parsed. */
bool assembler_has_more(const struct assembler *assembler);

/*
 * Makes room in the input for what is to be received next: little at first,
 * more for a long frame, in step with what has really come of it, and more
 * when so much came at once that it filled the room. Returns false when
 * memory is short.
 */
bool assembler_reserve(struct assembler *assembler);

/* To be called when bytes have been received into the input. */
void assembler_received(struct assembler *assembler);

/* From now on messages are parsed but neither kept nor returned. */
void assembler_discard(struct assembler *assembler);

/* Gives the memory back unless there are bytes in it. */
void assembler_relax(struct assembler *assembler);

#endif
