/* SPDX-License-Identifier: MIT */
/* The replies of a connection, taken out of what it received and judged. */
#ifndef BENCH_REPLIES_H
#define BENCH_REPLIES_H

#include "bench/expectation.h"
#include "protocol/close_code.h"

/*
 * A frame that begins as expected is compared where it was received, piece by
 * piece. Whatever else comes, fragments, compressed or control frames, or a
 * header in two parts, goes to the assembler, until that is done with it.
 */
struct replies {
	struct expectation *expectation;
	struct assembler assembler;
	struct inflater inflater;
	uint64_t count;	 /* of replies, right and wrong */
	size_t compared; /* of the payload under way, if in_payload */
	bool in_payload;
	bool differs; /* the payload under way */
};

/* What came of some bytes. */
struct intake {
	uint64_t right, wrong;
	bool is_pinged;
	size_t ping_length;
	char ping[FRAME_CONTROL_PAYLOAD_MAX]; /* of the last one */
	bool is_closed;			      /* the peer has sent Close */
	unsigned code;			      /* with this code */
	struct verdict verdict; /* not fine: the peer broke the protocol */
};

void replies_init(struct replies *replies, struct expectation *expectation);
void replies_release(struct replies *replies);

/* From now on they may be compressed. It may not be moved any more. */
void replies_inflate(
	struct replies *replies, const struct deflate_direction *direction);

/* Takes all of the bytes; behind a Close or a failure no more are to come. */
void replies_take(
	struct replies *replies, struct slice bytes, struct intake *intake);

#endif
