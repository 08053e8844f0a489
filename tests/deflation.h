/* SPDX-License-Identifier: MIT */
/* A deflater, the inflater at its other end, and what goes through them. */
#ifndef TESTS_DEFLATION_H
#define TESTS_DEFLATION_H

#include "protocol/deflate.h"

#include <stdint.h>

/* Memory for all that zlib can have. */
#define PLENTY ((size_t)1 << 20)

/* A string literal with NULs in it, as a slice and for one. */
#define INITIAL(literal)                                                       \
	{                                                                      \
		literal, sizeof(literal) - 1                                   \
	}
#define BYTES(literal) ((struct slice)INITIAL(literal))

/* "Hello" in a message of its own (section 7.2.3.1). */
#define HELLO "\xF2\x48\xCD\xC9\xC9\x07\x00"

/* The same where the message before was that, too (section 7.2.3.2). */
#define HELLO_AGAIN "\xF2\x00\x11\x00\x00"

extern struct deflater deflater;
extern struct inflater inflater;
extern struct buffer wire;     /* a message compressed */
extern struct buffer restored; /* and what came out of it */

/* Both ends anew; the level is 6 and memory plenty unless told. */
void deflation_start(int window, bool no_takeover);
void deflation_start_as(
	struct deflate_direction direction, int level, size_t memory_max);
void deflation_end(void);

/* Makes wire or restored empty. */
void deflation_clear(struct buffer *buffer);

/* Compresses a message into wire, where it is alone. */
void deflation_send(struct slice payload);

/*
 * Restores parts of a message, of chunk bytes each, that end at the end of the
 * world; deflation_receive all of a message, which is then alone in restored.
 */
struct verdict deflation_add(struct slice bytes, size_t chunk, size_t max);
struct verdict deflation_receive(struct slice bytes, size_t chunk, size_t max);

/* That a message is restored to this payload, or one compressed to itself. */
void assert_restores(struct slice bytes, size_t chunk, struct slice payload);
void assert_returns(struct slice payload, size_t chunk);

enum content {
	RANDOM,
	REPETITIVE,
	WORDS,
	ZEROS,
	CONTENTS
};

/* The same bytes for the same seed; to be freed. */
char *make_content(enum content content, size_t length, uint64_t seed);

#endif
