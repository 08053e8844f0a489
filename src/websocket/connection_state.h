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
	int64_t quiet_until; /* then a ping, or the end; 0: not quiet */
	bool has_pinged;     /* since it is quiet */
	unsigned unanswered; /* 1 << opcode of what is left unanswered */
	bool was_open;
	enum closed_by closed_by;
	unsigned close_code;
	size_t reason_length;
	char reason[CLOSE_REASON_MAX];
};

/* The connection is open behind the request or response that did it. */
void connection_set_open(
	struct connection *connection, const struct http_head *head);

/* Remembers how the connection ended; the first to know is believed. */
void connection_set_end(struct connection *connection, unsigned code,
	enum closed_by by, struct slice reason);

/* The stream failed with errno. */
void connection_lose_stream(struct connection *connection);

/* RFC 6455 section 7.1.7: after our Close nothing is waited for. */
void connection_fail(struct connection *connection, struct verdict verdict);
#define OUT_OF_MEMORY ((struct verdict){CLOSE_INTERNAL_ERROR, "out of memory"})

/* Handles what a stream tells but for bytes. */
void connection_handle_event(
	struct connection *connection, enum stream_event event);

/*
 * Takes what comes next out of what has been received, and answers it. False
 * when more is to be received, or the connection is no longer open.
 */
bool connection_take(struct connection *connection, struct message *message);

/* Adds a message that was sent, of so many bytes, to the counts. */
void connection_count_sent(
	struct connection *connection, enum opcode opcode, uint64_t length);

#endif
