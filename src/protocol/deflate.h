/* SPDX-License-Identifier: MIT */
/* Payloads compressed and restored: RFC 7692 section 7.2, by zlib. */
#ifndef PROTOCOL_DEFLATE_H
#define PROTOCOL_DEFLATE_H

#include "protocol/buffer.h"
#include "protocol/permessage_deflate.h"
#include "protocol/verdict.h"

/* What is read is const for zlib too. */
#ifndef ZLIB_CONST
#define ZLIB_CONST
#endif
#include <zlib.h>

/*
 * What compresses the messages that we send. zlib's memory is taken when the
 * first message is compressed; from then on this may not be moved.
 */
struct deflater {
	z_stream stream;
	struct deflate_direction direction; /* with the window that is used */
	int level;
	int memory;    /* zlib's memLevel */
	bool is_ready; /* the stream holds zlib's memory */
};

/*
 * level: zlib's, 1 to 9. memory_max: what zlib may take in all, in bytes; the
 * window (never wider than agreed) and the hash are made as large as fits in,
 * at least as small as zlib can have them.
 */
void deflater_init(struct deflater *deflater,
	const struct deflate_direction *direction, int level,
	size_t memory_max);
void deflater_release(struct deflater *deflater);

/* What zlib takes for it, in bytes, once it is used. */
size_t deflater_memory(const struct deflater *deflater);

/*
 * Appends to output the payload of one message, given as slices, compressed
 * (section 7.2.1). Returns false, and appends nothing, when memory is short:
 * the message is then to be sent plain; the next one may be compressed again.
 */
bool deflater_compress(struct deflater *deflater, const struct slice *slices,
	size_t count, struct buffer *output);

/* Gives memory back that the next message does not need: without takeover. */
void deflater_relax(struct deflater *deflater);

/*
 * What restores the messages that we receive. zlib's memory is taken when the
 * first of them comes; from then on this may not be moved.
 */
struct inflater {
	z_stream stream;
	struct deflate_direction direction;
	bool is_ready;
	bool in_message; /* bytes of one were added */
	bool at_end;	 /* behind a block that says it is the last one */
};

void inflater_init(
	struct inflater *inflater, const struct deflate_direction *direction);
void inflater_release(struct inflater *inflater);

/* What zlib takes for an inflater of that direction, in bytes. */
size_t inflater_memory(const struct deflate_direction *direction);

/*
 * Restores the next part of a message as it arrives and appends what comes out
 * to output, which holds the message so far and never more than max bytes.
 * Fails with 1007 (no deflate data), 1009 before a byte over max was stored,
 * or 1011 (memory is short); the inflater is then only to be released.
 */
struct verdict inflater_add(struct inflater *inflater, struct slice part,
	struct buffer *output, size_t max);

/*
 * Ends a message, once all its parts were added: nothing more comes out of it.
 * Fails with 1007 when it was cut short. One without a byte is an empty
 * message, which some peers send for the byte 0 of section 7.2.3.6.
 */
struct verdict inflater_finish(struct inflater *inflater);

/*
 * Gives memory back that the next message does not need: without takeover.
 * Within a message it does nothing.
 */
void inflater_relax(struct inflater *inflater);

#endif
