/* SPDX-License-Identifier: MIT */
/* The opening handshake of a connection under load: RFC 6455 section 4.1. */
#ifndef BENCH_OPENING_H
#define BENCH_OPENING_H

#include "bench/options.h"
#include "protocol/handshake.h"
#include "protocol/permessage_deflate.h"

/* What all connections ask for. */
struct request {
	struct handshake_offer offer; /* but for the key */
	struct deflate_settings deflate;
	struct buffer target, extensions;
	bool has_constant_key;
};

/* Returns false when memory is short. The options are to outlive it. */
bool request_init(struct request *request, const struct bench_options *options);
void request_release(struct request *request);

/* A handshake under way. */
struct opening {
	struct handshake_offer offer;
	struct buffer input;
	struct http_scanner scanner;
	struct verdict verdict; /* not fine: what is wrong with the answer */
	unsigned status;	/* of the answer, 0: there is none yet */
	struct deflate_agreement agreement;
	size_t head_length; /* of the answer; the rest of input is frames */
};

/* Appends a request to output. NULL: no memory, or no randomness. */
struct opening *opening_new(
	const struct request *request, struct buffer *output);
void opening_free(struct opening *opening);

/*
 * Judges what has come, in input. Returns false while that is not a whole
 * answer and may still become a good one.
 */
bool opening_judge(struct opening *opening, const struct request *request);

#endif
