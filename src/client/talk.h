/* SPDX-License-Identifier: MIT */
/* A conversation over an open connection, at a terminal or in a pipe. */
#ifndef CLIENT_TALK_H
#define CLIENT_TALK_H

#include "client/options.h"
#include "client/status.h"
#include "websocket/connection.h"

/* Whether all is there that talking will need; tells what is not. */
bool client_talk_check(const struct client_options *options);

/*
 * Sends what is typed, read from standard input or given by the options, and
 * shows what comes, until the connection has ended; closes it in order. The
 * descriptor is that of the connection's transport.
 */
enum client_status client_talk(const struct client_options *options,
	struct connection *connection, int descriptor);

#endif
