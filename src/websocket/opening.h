/* SPDX-License-Identifier: MIT */
/* Receiving the head of the opening handshake: RFC 6455 sections 4.1, 4.2. */
#ifndef WEBSOCKET_OPENING_H
#define WEBSOCKET_OPENING_H

#include "protocol/http.h"
#include "websocket/stream.h"

/*
 * Makes the stream ready for bytes until the deadline, which a TLS handshake
 * may take time for. Returns false when it is not: *verdict is as below.
 */
bool opening_prepare(
	struct stream *stream, int64_t deadline, struct verdict *verdict);

/*
 * Receives a request's head until the deadline at the latest, however slowly
 * it drips. Stores it in *request, whose slices live in input, from its start
 * on, until that is changed; bytes behind the head stay there. Returns false
 * when there is none: *verdict tells what to answer (a status of HTTP), or is
 * fine when nobody waits for an answer.
 */
bool opening_receive_request(struct stream *stream, struct buffer *input,
	int64_t deadline, struct http_head *request, struct verdict *verdict);

/*
 * The same for a response. The verdict is fine when the stream ended or was
 * lost.
 */
bool opening_receive_response(struct stream *stream, struct buffer *input,
	int64_t deadline, struct http_head *response, struct verdict *verdict);

#endif
