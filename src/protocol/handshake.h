/* SPDX-License-Identifier: MIT */
/* The opening handshake, both sides: RFC 6455 sections 1.3, 4.1, 4.2. */
#ifndef PROTOCOL_HANDSHAKE_H
#define PROTOCOL_HANDSHAKE_H

#include "protocol/buffer.h"
#include "protocol/http.h"

#define HANDSHAKE_VERSION "13"
#define HANDSHAKE_KEY_LENGTH 24
#define HANDSHAKE_ACCEPT_LENGTH 28

/* Whether a request asks for the websocket protocol at all. */
bool handshake_is_requested(const struct http_head *request);

/*
 * Checks what every HTTP request must hold: one Host, no body. Fails with
 * 400.
 */
struct verdict handshake_check_http(const struct http_head *request);

/*
 * Checks a request that handshake_is_requested (section 4.2.1). Fails with
 * 400, 405 for another method than GET, or 426 for another version than 13.
 */
struct verdict handshake_check_request(const struct http_head *request);

/*
 * Whether a request from a browser at this origin is welcome: one of the
 * origins, compared without regard to case, or no Origin at all.
 */
bool handshake_origin_is_allowed(const struct http_head *request,
	const struct slice *origins, size_t count);

/*
 * Stores the first subprotocol offered that is among the supported ones, as
 * long-lived as they are, or an empty slice. Fails with 400 for an offer that
 * is no token or stands twice, and for more than HTTP_LIST_MAX, empty ones
 * included.
 */
struct verdict handshake_select_subprotocol(const struct http_head *request,
	const struct slice *supported, size_t count, struct slice *selected);

/*
 * Has libcrypto set itself up, which it does at its first use: were memory
 * short for that later, it would fail for ever after, or crash. Returns false
 * when it is short now, and nothing of libcrypto may be used.
 */
bool handshake_prepare(void);

/*
 * Writes the Sec-WebSocket-Accept for a key, with a NUL behind it. Returns
 * false when memory is short.
 */
bool handshake_accept(
	struct slice key, char accept[HANDSHAKE_ACCEPT_LENGTH + 1]);

/*
 * Appends the 101 to a checked request; empty slices leave their fields out.
 * Returns false when memory is short.
 */
bool handshake_write_response(struct buffer *output,
	const struct http_head *request, struct slice subprotocol,
	struct slice extensions);

/* What a client asks for; an empty slice leaves its field out. */
struct handshake_offer {
	struct slice host; /* with the port where it is not the default */
	struct slice target;
	struct slice origin;
	struct slice extensions;
	const struct slice *subprotocols;
	size_t subprotocol_count;
	struct slice more_fields; /* whole lines, each with its CR LF */
	char key[HANDSHAKE_KEY_LENGTH + 1];
};

/* Chooses a fresh random key. Returns false when there is no randomness. */
bool handshake_generate_key(struct handshake_offer *offer);

/* Appends the request. Returns false when memory is short. */
bool handshake_write_request(
	struct buffer *output, const struct handshake_offer *offer);

/*
 * Checks the answer to an offer (section 4.1) but for what it says of
 * extensions (protocol/permessage_deflate.h); stores the subprotocol selected,
 * as long-lived as the response, or an empty slice. The verdict's code is the
 * response's status, its why names what is wrong.
 */
struct verdict handshake_check_response(const struct http_head *response,
	const struct handshake_offer *offer, struct slice *subprotocol);

#endif
