/* SPDX-License-Identifier: MIT */
/* The opening handshake as the options want it: RFC 6455 section 4.1. */
#ifndef CLIENT_REQUEST_H
#define CLIENT_REQUEST_H

#include "client/options.h"
#include "protocol/handshake.h"
#include "protocol/permessage_deflate.h"

struct client_request {
	struct handshake_offer offer; /* as long-lived as all of this */
	struct buffer target;
	struct buffer host;
	struct buffer origin;
	struct buffer authorization;
	struct buffer fields;
	struct buffer extensions;
	struct slice *subprotocols;
};

/*
 * Makes the offer, with this one of compression. Returns false when a field or
 * a file named in the options is no good: a line on stderr says which.
 */
bool client_request_init(struct client_request *request,
	const struct client_options *options,
	const struct deflate_settings *deflate);
void client_request_release(struct client_request *request);

#endif
