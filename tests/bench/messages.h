/* SPDX-License-Identifier: MIT */
/* The messages that a load repeats, the same in each run. */
#ifndef BENCH_MESSAGES_H
#define BENCH_MESSAGES_H

#include "protocol/slice.h"

/* Bits of the window with which messages are compressed. */
#define MESSAGES_WINDOW 12

/* Compressed ones are several, so that they are not all in zlib's window. */
struct messages {
	size_t count;
	size_t size; /* of each payload */
	char *payloads;
	char *octets;	    /* what the slices are of */
	struct slice *wire; /* as sent: the payloads, or them compressed */
};

/* One message of noise. All of these exit when memory is short. */
void messages_make_noise(struct messages *messages, size_t size);

/*
 * Several of text, compressed as for permessage-deflate, each by itself (RFC
 * 7692 section 7.2.1).
 */
void messages_make_compressed(struct messages *messages, size_t size);

void messages_release(struct messages *messages);

/* The payload of message number index. */
struct slice messages_payload(const struct messages *messages, size_t index);

void *allocate(size_t size);

#endif
