/* SPDX-License-Identifier: MIT */
/* The inside of a connection, for the files that it is made of. */
#ifndef WEBSOCKET_CONNECTION_STATE_H
#define WEBSOCKET_CONNECTION_STATE_H

#include "websocket/connection.h"
#include "websocket/outgoing.h"

enum state {
	STATE_OPENING,
	STATE_OPEN,
	STATE_CLOSING, /* our Close is sent, the peer's has not come */
	STATE_CLOSED,  /* nothing more to be said, but the stream is whole */
	STATE_LOST,    /* the stream is of no more use */
};

struct connection {
	struct stream stream;
	struct assembler assembler;
	struct outgoing outgoing;
	const struct connection_settings *settings;
	struct traffic traffic;
	enum state state;
	int64_t finish_until;
	bool was_open;
	enum closed_by closed_by;
	unsigned close_code;
	size_t reason_length;
	char reason[CLOSE_REASON_MAX];
};

#endif
