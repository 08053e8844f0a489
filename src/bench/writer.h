/* SPDX-License-Identifier: MIT */
/* The frames that a connection sends: RFC 6455 section 5, as a client. */
#ifndef BENCH_WRITER_H
#define BENCH_WRITER_H

#include "bench/keys.h"
#include "bench/messages.h"
#include "transport/transport.h"

/* What is masked and sent at once, while it is hot in the cache. */
#define WRITER_PIECE 65536

struct writer {
	struct buffer pending; /* what the transport did not take */
	struct buffer control; /* whole control frames, to come next */
	struct slice payload;  /* of the frame under way */
	size_t written;	       /* of this payload */
	unsigned char key[FRAME_MASKING_KEY_SIZE];
};

/* All zero is one that has nothing to send. */
void writer_release(struct writer *writer);

/* Both return false when memory is short, or randomness. */
bool writer_add_bytes(struct writer *writer, struct slice bytes);
bool writer_add_control(struct writer *writer, enum opcode opcode,
	struct slice payload, struct keys *keys);

/* Whether there is a place for another frame, behind the one before it. */
bool writer_is_between_frames(const struct writer *writer);

/*
 * Begins the frame of message number index in room, of FRAME_HEADER_MAX bytes
 * at least. The key is fresh, or 0, with which the payload stays readable, if
 * keys is NULL. Returns the length of the header, 0 when there is no
 * randomness.
 */
size_t writer_begin(struct writer *writer, const struct messages *messages,
	uint64_t index, struct keys *keys, char *room);

/*
 * Writes on, control frames or the payload under way, up to size bytes.
 * Returns how many, 0 for nothing.
 */
size_t writer_go_on(struct writer *writer, char *room, size_t size);

/*
 * Sends the pending bytes, or others, which must not be while there are some.
 * Returns false with errno when the transport fails; EAGAIN is no failure:
 * what it does not take is pending then.
 */
bool writer_flush(struct writer *writer, struct transport *transport);
bool writer_send(
	struct writer *writer, struct transport *transport, struct slice bytes);

bool writer_is_blocked(const struct writer *writer);

#endif
