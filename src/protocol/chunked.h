/* SPDX-License-Identifier: MIT */
/* A body in chunks, without what stands around them: RFC 9112 section 7.1. */
#ifndef PROTOCOL_CHUNKED_H
#define PROTOCOL_CHUNKED_H

#include "protocol/buffer.h"

/* The longest line that tells the size of a chunk, with its extensions. */
#define CHUNKED_LINE_MAX 4096

/* All zero at first. */
struct chunked {
	size_t length;	/* of the body so far */
	size_t left;	/* bytes that the chunk still has */
	bool is_behind; /* a chunk, whose line end is to come */
	bool has_ended; /* by the last chunk, or by what is none */
};

/*
 * Takes in what has come behind the body so far, with which the bytes start:
 * of what is whole the body alone is left there.
 */
void chunked_decode(struct chunked *chunked, struct buffer *bytes);

#endif
