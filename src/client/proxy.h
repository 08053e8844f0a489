/* SPDX-License-Identifier: MIT */
/* The way through an HTTP proxy: CONNECT, RFC 9110 section 9.3.6. */
#ifndef CLIENT_PROXY_H
#define CLIENT_PROXY_H

#include "client/options.h"
#include "client/status.h"
#include "transport/transport.h"

struct proxy {
	struct buffer url; /* without user and password */
	struct uri uri;
	struct buffer authorization; /* a field's line, or empty */
	bool is_used;
};

/*
 * Finds the proxy that the options name, or the environment does for what is
 * not on this machine (https_proxy, http_proxy, all_proxy, no_proxy). Returns
 * false when its URL is no good: a line on stderr says so.
 */
bool proxy_choose(struct proxy *proxy, const struct client_options *options);
void proxy_release(struct proxy *proxy);

/*
 * Asks the proxy at the other end of the transport for a connection to the
 * host of the URL, before the deadline. Anything but CLIENT_DONE: stderr says
 * why there is none.
 */
enum client_status proxy_connect(const struct proxy *proxy,
	struct transport *transport, const struct client_options *options,
	int64_t deadline);

#endif
