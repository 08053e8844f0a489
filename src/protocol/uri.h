/* SPDX-License-Identifier: MIT */
/* Where a client connects to: RFC 6455 section 3, RFC 3986. */
#ifndef PROTOCOL_URI_H
#define PROTOCOL_URI_H

#include "protocol/buffer.h"

/* Taken apart; the slices live as long as the text it was read from. */
struct uri {
	bool secure;		 /* wss:// */
	struct slice unix_path;	 /* absolute; empty: host and port count */
	struct slice host;	 /* a name or an address, without brackets */
	unsigned port;		 /* 1 to 65535; 0 with a Unix socket */
	struct slice host_field; /* the value of Host */
	struct slice path;	 /* "/" where there was none */
	struct slice query;	 /* with its "?", or empty */
};

/*
 * Reads "wss://host:port/path?query", where wss may be ws, http or https, or
 * be left out with its "://" for ws; or "ws+unix:/socket:/path?query", also
 * with "///". Percent-encoding is checked and left as it is. Refuses what RFC
 * 6455 has no room for: a fragment, and user and password. Returns NULL, or a
 * constant sentence that says what is wrong.
 */
const char *uri_parse(struct uri *uri, struct slice text);

/*
 * Appends the target of a request, in origin-form (RFC 9112 section 3.2.1).
 * Returns false when memory is short.
 */
bool uri_write_target(struct buffer *output, const struct uri *uri);

#endif
