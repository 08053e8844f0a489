/* SPDX-License-Identifier: MIT */
/* What permessage-deflate costs and does in a connection: RFC 7692. */
#ifndef WEBSOCKET_COMPRESSION_H
#define WEBSOCKET_COMPRESSION_H

#include "protocol/deflate.h"
#include "protocol/frame.h"

/* Shorter messages are sent as they are: compressing them does not pay. */
#define COMPRESSION_LENGTH_MIN 64

/* Both directions of a connection, and what was compressed last. */
struct compression {
	struct deflater deflater;
	struct inflater inflater;
	struct buffer output;
};

/*
 * For the end that we are, as agreed on. With a window of the settings that
 * is no wider than COMPRESSION_WINDOW, both directions together stay within
 * COMPRESSION_MEMORY bytes of zlib's memory, whatever the peer's window is.
 * Returns NULL when memory is short.
 */
#define COMPRESSION_WINDOW 12
#define COMPRESSION_MEMORY 65536
struct compression *compression_new(const struct deflate_agreement *agreement,
	const struct deflate_settings *settings, enum role role);
void compression_free(struct compression *compression);

/*
 * Compresses the payload of a message that is worth it, until the next call.
 * Returns false when it is to be sent as it is.
 */
bool compression_compress(struct compression *compression,
	const struct slice *payload, size_t count, struct slice *compressed);

/* Gives back what an idle connection does not need. */
void compression_relax(struct compression *compression);

#endif
