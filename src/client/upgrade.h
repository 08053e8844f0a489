/* SPDX-License-Identifier: MIT */
/* The opening handshake, and what a refusal says: RFC 6455 section 4.1. */
#ifndef CLIENT_UPGRADE_H
#define CLIENT_UPGRADE_H

#include "client/options.h"
#include "client/status.h"
#include "websocket/connection.h"

/*
 * Sends the offer and takes the answer, before the deadline (of
 * transport/clock.h). Anything but CLIENT_DONE: the connection is not open,
 * and stderr says why. With --verbose stderr shows both heads.
 */
enum client_status client_upgrade(struct connection *connection,
	const struct client_options *options,
	const struct handshake_offer *offer, int64_t deadline);

#endif
