/* SPDX-License-Identifier: MIT */
/* Payloads compressed and restored. */
#ifndef FUZZ_PAYLOADS_H
#define FUZZ_PAYLOADS_H

#include "protocol/deflate.h"
#include "splits.h"

/* Restores a message in pieces, of which the limits are required. */
struct verdict payloads_restore(struct inflater *inflater, struct slice input,
	struct splits splits, size_t max, struct buffer *output);

/* That a payload comes back, in pieces, within its own length. */
void payloads_return(struct deflater *deflater, struct inflater *inflater,
	struct slice payload, struct splits splits);

/*
 * Restores a message whole and in pieces, with the same result; but what looks
 * back further than a smaller window zlib restores if it comes in one piece.
 */
void payloads_compare(const struct deflate_direction *direction,
	struct slice input, struct splits splits, size_t max);

#endif
