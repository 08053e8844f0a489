/* SPDX-License-Identifier: MIT */
/* permessage-deflate, agreeing on it, both sides: RFC 7692 section 7.1. */
#ifndef PROTOCOL_PERMESSAGE_DEFLATE_H
#define PROTOCOL_PERMESSAGE_DEFLATE_H

#include "protocol/buffer.h"
#include "protocol/http.h"

#define DEFLATE_WINDOW_MIN 9
#define DEFLATE_WINDOW_MAX 15

/* What we want of it. */
struct deflate_settings {
	bool enabled;
	bool no_takeover; /* neither side keeps its window */
	int window;	  /* bits: ours at most, and asked of the peer */
	int level;	  /* of zlib, 1 to 9 */
};

/* One direction as agreed. */
struct deflate_direction {
	int window; /* bits, 8 to DEFLATE_WINDOW_MAX */
	bool no_takeover;
};

/* What both sides agreed on. Not enabled: no compression, all is zero. */
struct deflate_agreement {
	bool enabled;
	struct deflate_direction from_server;
	struct deflate_direction from_client;
};

/*
 * As a server: accepts the first offer of the request's that it can, with
 * limits no wider than the settings, and appends the answer, a field's value,
 * to output. Offers with a parameter that is unknown, stands twice, or has an
 * invalid value are declined (section 7.1), and all of them when the field is
 * malformed or the settings are not enabled: nothing is appended then. Returns
 * false when memory is short; nothing is agreed on, but part of the answer may
 * have been appended.
 */
bool deflate_accept(const struct http_head *request,
	const struct deflate_settings *settings, struct buffer *output,
	struct deflate_agreement *agreement);

/*
 * As a client: appends the offer, a field's value, nothing with settings that
 * are not enabled. Returns false when memory is short.
 */
bool deflate_offer(
	const struct deflate_settings *settings, struct buffer *output);

/*
 * As a client: reads the answer to deflate_offer with the same settings. The
 * verdict's code is the response's status, its why names what the response may
 * not say (section 7.1, RFC 6455 section 4.1).
 */
struct verdict deflate_check(const struct http_head *response,
	const struct deflate_settings *settings,
	struct deflate_agreement *agreement);

#endif
