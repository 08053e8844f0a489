/* SPDX-License-Identifier: MIT */
/* A frame on its way out: RFC 6455 sections 5.2 and 5.3. */
#ifndef WEBSOCKET_OUTGOING_H
#define WEBSOCKET_OUTGOING_H

#include "protocol/mask.h"
#include "websocket/stream.h"

#define OUTGOING_SLICES_MAX (STREAM_SLICES_MAX - 1)

/*
 * Sends a final frame whose payload is made of at most OUTGOING_SLICES_MAX
 * slices. A client gives its masking keys: a copy is masked with a fresh one.
 * With NULL, a server's payload is sent as it lies. False with errno when the
 * stream is lost.
 */
bool outgoing_frame(struct stream *stream, struct masking_keys *keys,
	enum opcode opcode, const struct slice *payload, size_t count);

#endif
