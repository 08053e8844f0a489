/* SPDX-License-Identifier: MIT */
/* Frame headers: RFC 6455 sections 5.2 and 5.5. */
#ifndef PROTOCOL_FRAME_H
#define PROTOCOL_FRAME_H

#include "protocol/verdict.h"

#include <stddef.h>
#include <stdint.h>

enum opcode {
	OPCODE_CONTINUATION = 0x0,
	OPCODE_TEXT = 0x1,
	OPCODE_BINARY = 0x2,
	OPCODE_CLOSE = 0x8,
	OPCODE_PING = 0x9,
	OPCODE_PONG = 0xA,
};

/* Which end of the connection we are: a client masks, a server must not. */
enum role {
	ROLE_SERVER,
	ROLE_CLIENT,
};

#define FRAME_HEADER_MAX 14
#define FRAME_CONTROL_PAYLOAD_MAX 125
#define FRAME_MASKING_KEY_SIZE 4

struct frame_header {
	uint64_t payload_length;
	enum opcode opcode;
	bool fin;
	bool rsv1;
	bool masked;
	unsigned char masking_key[FRAME_MASKING_KEY_SIZE];
};

bool opcode_is_control(enum opcode opcode);

/*
 * Reads the header at the start of data, as the end that we are receives it;
 * rsv1_allowed when an extension gave that bit a meaning. Stores the header's
 * length in *size, 0 while bytes are missing; what the first two bytes forbid
 * is told as soon as they are there. Fails with 1002.
 */
struct verdict frame_header_decode(const char *data, size_t length,
	enum role role, bool rsv1_allowed, struct frame_header *header,
	size_t *size);

/* Writes the shortest form of the header. Returns its length. */
size_t frame_header_encode(
	const struct frame_header *header, char data[FRAME_HEADER_MAX]);

#endif
