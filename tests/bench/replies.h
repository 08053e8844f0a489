/* SPDX-License-Identifier: MIT */
/* What comes back, counted and compared. */
#ifndef BENCH_REPLIES_H
#define BENCH_REPLIES_H

#include "channel.h"
#include "messages.h"

#include "protocol/frame.h"

#include <stdint.h>
#include <zlib.h>

/*
 * Replies that are all alike are compared byte by byte, if long only now and
 * then. Compressed ones are restored as long as they are the first; of the
 * others just the frames are read.
 */
struct replies {
	uint64_t messages; /* whole ones */
	const struct messages *sent;

	char *expected; /* each reply, when they are alike */
	size_t size, header_size;
	size_t offset; /* in the reply under way */

	bool are_compressed;
	char header[FRAME_HEADER_MAX];
	size_t header_used;
	bool in_payload, in_compression;
	uint64_t left; /* of the payload under way */
	z_stream inflater;
	char *restored;
	size_t restored_size;
};

/* A plain echo sends back frame, the whole of it, a WebSocket the message. */
void replies_expect_bytes(
	struct replies *replies, const char *frame, size_t size);
void replies_expect_message(
	struct replies *replies, const struct messages *sent);

/* Messages come back compressed, in the order in which they were sent. */
void replies_expect_compressed(
	struct replies *replies, const struct messages *sent);

void replies_release(struct replies *replies);

/* Receives once. Exits when what comes is not as expected. */
void replies_receive(struct replies *replies, struct channel *channel);

#endif
