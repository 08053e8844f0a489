/* SPDX-License-Identifier: MIT */
/* What each reply has to be: the message, perhaps behind a constant prefix. */
#ifndef BENCH_EXPECTATION_H
#define BENCH_EXPECTATION_H

#include "bench/messages.h"
#include "protocol/assembler.h"

#define EXPECTATION_PREFIX_MAX 4096

struct expectation {
	const struct messages *messages;
	bool is_plain_echo; /* replies are as masked as the messages */
	bool is_learned;    /* the first reply has come */
	size_t prefix_length;
	char prefix[EXPECTATION_PREFIX_MAX];

	/* How each reply begins that is no special case: header and prefix. */
	char lead[FRAME_HEADER_MAX + EXPECTATION_PREFIX_MAX];
	size_t lead_size; /* 0: nothing is known yet, or all are special */
};

/* The messages are to outlive it. */
void expectation_init(struct expectation *expectation,
	const struct messages *messages, bool is_plain_echo);

/*
 * Whether a message is the reply to number index. What stands in front of the
 * right payload in the first one of all is the prefix from then on.
 */
bool expectation_is_met(struct expectation *expectation,
	const struct message *message, uint64_t index);

#endif
