/* SPDX-License-Identifier: MIT */
/* A frame stream received in pieces, and what comes out of it. */
#ifndef FUZZ_FRAMES_H
#define FUZZ_FRAMES_H

#include "protocol/assembler.h"
#include "splits.h"

/* Whose end of the stream it is, and what was agreed on. */
struct frames {
	enum role role;
	size_t max_message;
	struct deflate_direction direction; /* window 0: no compression */
};

/* Writes what becomes of a message; whether the stream is read on. */
typedef bool frames_writer(
	struct buffer *output, const struct message *message);

/* Writes the message as one frame. */
frames_writer frames_write_message;

/* Writes what an echo answers. */
frames_writer frames_write_answer;

/*
 * Receives bytes in pieces and writes what comes out; a failure at the end as
 * the Close that tells of it. Everything that must hold is required.
 * Returns how many bytes wait for more.
 */
size_t frames_receive(const struct frames *frames, struct slice bytes,
	struct splits splits, frames_writer *write, struct buffer *output);

/* The whole target of a frame stream. */
void frames_try(enum role role, struct slice input);

#endif
