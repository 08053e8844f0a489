/* SPDX-License-Identifier: MIT */
/* The opening handshake over a stream: RFC 6455 section 4, RFC 7692. */
#ifndef WEBSOCKET_OPENING_H
#define WEBSOCKET_OPENING_H

#include "protocol/handshake.h"
#include "protocol/permessage_deflate.h"
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
 * Writes the 101 to the output, with what was agreed on of the settings.
 * Returns false when memory is short.
 */
bool opening_write_response(struct stream *stream,
	const struct http_head *request, struct slice subprotocol,
	const struct deflate_settings *settings,
	struct deflate_agreement *agreement);

/*
 * The same for a response, other than one that says that another will come.
 * The verdict is fine when the stream ended or was lost.
 */
bool opening_receive_response(struct stream *stream, struct buffer *input,
	int64_t deadline, struct http_head *response, struct verdict *verdict);

/*
 * Checks the response; the verdict's code is its status. Stores what was
 * agreed on where deflate_offer wrote the offer with the same settings.
 */
struct verdict opening_check_response(const struct http_head *response,
	const struct handshake_offer *offer,
	const struct deflate_settings *settings,
	struct deflate_agreement *agreement);

/*
 * Receives the body of a response that stands at the start of input and is
 * dropped: up to its last chunk, else as long as its Content-Length says, else
 * as much as comes, up to max bytes, the end of the stream or the deadline.
 */
struct slice opening_receive_body(struct stream *stream, struct buffer *input,
	const struct http_head *response, size_t max, int64_t deadline);

#endif
