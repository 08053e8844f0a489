/* SPDX-License-Identifier: MIT */
/* Messages on their way out: RFC 6455 sections 5.2, 5.3, RFC 7692 section 6. */
#ifndef WEBSOCKET_OUTGOING_H
#define WEBSOCKET_OUTGOING_H

#include "protocol/mask.h"
#include "websocket/compression.h"
#include "websocket/stream.h"

#define OUTGOING_SLICES_MAX (STREAM_SLICES_MAX - 1)

struct outgoing {
	struct stream *stream;
	struct compression *compression; /* ours; NULL: none was agreed on */
	struct masking_keys keys;	 /* of a client */
	enum role role;
};

void outgoing_init(
	struct outgoing *outgoing, struct stream *stream, enum role role);

void outgoing_release(struct outgoing *outgoing);

/*
 * Sends a message in one frame, or a control frame, whose payload is made of
 * at most OUTGOING_SLICES_MAX slices. A message worth it is compressed; a
 * client masks a copy with a fresh key, a server's payload is sent as it lies.
 * False with errno when the stream is lost.
 */
bool outgoing_send(struct outgoing *outgoing, enum opcode opcode,
	const struct slice *payload, size_t count);

/* Gives back what an idle connection does not need. */
void outgoing_relax(struct outgoing *outgoing);

#endif
