/* SPDX-License-Identifier: MIT */
/* The messages that a load repeats, the same in each run. */
#ifndef BENCH_MESSAGES_H
#define BENCH_MESSAGES_H

#include "bench/options.h"
#include "protocol/buffer.h"
#include "protocol/deflate.h"
#include "protocol/frame.h"

/* Bits of the window with which messages are compressed at most. */
#define MESSAGES_WINDOW 12

/*
 * They differ, so that one that is lost, or comes twice or too early, shows.
 */
struct messages {
	size_t count;
	size_t size; /* of each payload */
	enum opcode opcode;
	char *payloads;
	struct slice *compressed; /* NULL: they are sent as they are */
	struct buffer octets;	  /* what these slices are of */
	int window;		  /* that they were compressed for */
};

/*
 * Records of ASCII, the characters of all lengths mixed, or noise. Those to be
 * compressed are so many that they are not all in a window of zlib's. Returns
 * false when memory is short; there is something to be released all the same.
 */
bool messages_make(struct messages *messages, enum bench_type type, size_t size,
	bool to_be_compressed);

/*
 * Compresses them, each by itself (RFC 7692 section 7.2.1), so that it can be
 * sent again and again, whatever the peer forgets. Does nothing if they are
 * already. Returns false when memory is short.
 */
bool messages_compress(
	struct messages *messages, const struct deflate_direction *direction);

void messages_release(struct messages *messages);

/* The payload of message number index, and what is sent of it. */
struct slice messages_payload(const struct messages *messages, uint64_t index);
struct slice messages_sent(const struct messages *messages, uint64_t index);

#endif
