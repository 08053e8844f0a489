/* SPDX-License-Identifier: MIT */
/* From options to a transport: name, proxy, TCP or Unix socket, TLS. */
#ifndef CLIENT_DIAL_H
#define CLIENT_DIAL_H

#include "client/options.h"
#include "client/status.h"
#include "transport/transport.h"

struct dialled {
	struct transport *transport;
	int descriptor; /* the transport's, to be polled */
};

/*
 * Connects to the URL of the options before the deadline (of
 * transport/clock.h). Anything but CLIENT_DONE: there is no transport, and
 * stderr says why.
 */
enum client_status client_dial(const struct client_options *options,
	int64_t deadline, struct dialled *dialled);

#endif
