/* SPDX-License-Identifier: MIT */
/* An assembler, what its peer sends, and a transcript of what came out. */
#ifndef TESTS_ASSEMBLY_H
#define TESTS_ASSEMBLY_H

#include "protocol/assembler.h"

#include <stdint.h>

/* The first bytes of frames. */
#define FIN 0x80
#define TEXT (FIN | OPCODE_TEXT)
#define BINARY (FIN | OPCODE_BINARY)
#define TEXT_START OPCODE_TEXT
#define BINARY_START OPCODE_BINARY
#define MIDDLE OPCODE_CONTINUATION
#define END (FIN | OPCODE_CONTINUATION)
#define CLOSE (FIN | OPCODE_CLOSE)
#define PING (FIN | OPCODE_PING)
#define PONG (FIN | OPCODE_PONG)

#define MAX_MESSAGE 16

/* The most that is received at once, doubled by a growing buffer. */
#define ROOM_MAX 131072

#define A14 "aaaaaaaaaaaaaa"
#define A125                                                                   \
	A14 A14 A14 A14 A14 A14 A14 A14 "aaaaaaaaaaaaa" /* of 14 * 8 + 13 */

/* What the peer sends: the first byte of the header and the payload. */
struct frame {
	unsigned char first;
	const char *payload; /* NULL behind the last frame */
};

extern const enum role roles[2];

extern struct assembler assembler;
extern struct buffer from_peer;	 /* what it sends */
extern struct buffer transcript; /* of what came out */

/* All three anew, or given back. */
void assembly_start(enum role role, size_t max_message);
void assembly_end(void);

/* Makes from_peer or transcript empty. */
void assembly_clear(struct buffer *buffer);

/* Append to from_peer; put_part only a part of a payload of this length. */
void put_part(unsigned char first, uint64_t length, struct slice part);
void put_frame(unsigned char first, const char *payload);
void put_frames(const struct frame *frames);

/* Receives up to count bytes of those left, as a connection would. */
void assembly_receive(struct slice *left, size_t count);

/* Appends "opcode:payload " for each message, the code of a failure. */
struct verdict write_transcript(void);

/* Receives what the peer sends, in chunks, and writes the transcript. */
struct verdict assembly_feed(size_t chunk);

void assert_transcript(const char *expected);

#endif
