/* SPDX-License-Identifier: MIT */
/* Between the user and an open connection: one thread polls both. */
#ifndef CLIENT_PUMP_H
#define CLIENT_PUMP_H

#include "client/options.h"
#include "client/status.h"
#include "websocket/connection.h"

/*
 * Sends what is typed, read from standard input or given by the options, and
 * shows what comes, until the connection has ended; closes it in order. The
 * descriptor is that of the connection's transport.
 */
enum client_status pump_run(const struct client_options *options,
	struct connection *connection, int descriptor);

#endif
