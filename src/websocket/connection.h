/* SPDX-License-Identifier: MIT */
/* A WebSocket connection, either end of it: RFC 6455 sections 4 to 7. */
#ifndef WEBSOCKET_CONNECTION_H
#define WEBSOCKET_CONNECTION_H

#include "protocol/assembler.h"
#include "protocol/close_code.h"
#include "protocol/handshake.h"
#include "protocol/permessage_deflate.h"
#include "protocol/response.h"
#include "transport/transport.h"
#include "websocket/traffic.h"

#include <stdatomic.h>

/* Times in milliseconds; 0 means never, but for the grace period. */
struct connection_settings {
	enum role role;
	size_t max_message;
	int64_t ping_interval; /* a ping after so long without a byte */
	int64_t ping_timeout;  /* the end after so long without one then */
	int64_t send_timeout;  /* the end when the peer takes none so long */
	int64_t grace;	       /* for the closing handshake, all of it */
	struct deflate_settings deflate;
};

enum closed_by {
	CLOSED_BY_NOBODY,
	CLOSED_BY_PEER,
	CLOSED_BY_US,
};

/* How a connection ended: the first Close, or 1006 and why there is none. */
struct connection_end {
	unsigned code;
	enum closed_by by;
	struct slice reason; /* as long-lived as the connection */
};

struct connection;

/*
 * A connection over a transport, which it owns from now on, and settings that
 * outlive it. Another thread sets *interrupted to make it close with 1001;
 * NULL where nobody does. Everything else is for the thread that owns it.
 * Returns NULL, and the transport is still the caller's, when memory is
 * short.
 */
struct connection *connection_new(struct transport *transport,
	const struct connection_settings *settings,
	const atomic_bool *interrupted);

/* Closes the transport as it stands, and frees. */
void connection_free(struct connection *connection);

/*
 * Receives the request of the opening handshake until the deadline (of
 * transport/clock.h). It is valid until connection_accept. For the result see
 * opening_receive_request.
 */
bool connection_receive_request(struct connection *connection, int64_t deadline,
	struct http_head *request, struct verdict *verdict);

/*
 * Answers a request that was found good with the 101: the connection is open.
 * An empty subprotocol is none. The 101 may wait for the next
 * connection_receive. Returns false when memory is short.
 */
bool connection_accept(struct connection *connection,
	const struct http_head *request, struct slice subprotocol);

/*
 * Appends what connection_accept will say of extensions, nothing for none.
 * Returns false when memory is short.
 */
bool connection_write_extensions(const struct connection *connection,
	const struct http_head *request, struct buffer *output);

/*
 * Answers a request, NULL where none was understood, with something else: then
 * the connection is not opened any more. What a HEAD request announces is left
 * out. Returns false when the stream is lost.
 */
bool connection_respond(struct connection *connection,
	const struct http_head *request, const struct response *response);

/*
 * Sends a request and receives the answer until the deadline; what the offer
 * says of extensions is what deflate_offer wrote with the connection's
 * settings. Stores the response, valid until the next
 * connection_receive; the subprotocol selected is in its
 * Sec-WebSocket-Protocol. Returns whether the connection is open; else *verdict
 * names what is wrong with the response, or is fine when the stream was lost.
 */
bool connection_request(struct connection *connection,
	const struct handshake_offer *offer, int64_t deadline,
	struct http_head *response, struct verdict *verdict);

/*
 * Receives what stands behind a response that opened nothing: its chunks, what
 * its Content-Length announces, else all there is, up to max bytes, the end or
 * the deadline. The bytes live as long as the connection; the response does
 * not.
 */
struct slice connection_receive_body(struct connection *connection,
	const struct http_head *response, size_t max, int64_t deadline);

/*
 * Waits for the next message, answering control frames meanwhile and sending
 * what was held back before it blocks. The message, whose payload may be
 * written to, is valid until the next call. Returns false when the connection
 * is no longer open.
 */
bool connection_receive(struct connection *connection, struct message *message);

enum connection_progress {
	CONNECTION_MESSAGE, /* a message, in connection_step a ping or pong */
	CONNECTION_IDLE,    /* no whole one so far, but one may come */
	CONNECTION_ENDED,   /* no message will come any more */
};

/* As connection_receive, but is idle when so much time has passed. */
enum connection_progress connection_receive_within(
	struct connection *connection, struct message *message,
	int64_t milliseconds);

/*
 * Sends what was held back and waits for the peer, but no longer than a
 * connection is waited for before it is quiet (STREAM_PATIENCE). Returns
 * whether that was in vain; if not, connection_receive tells what came.
 */
bool connection_is_quiet(struct connection *connection);

/*
 * Sends a message of text or binary, or a ping or pong, made of at most
 * OUTGOING_SLICES_MAX (websocket/outgoing.h) slices. Small ones may wait for
 * the next connection_receive. Returns false when the connection is not, or no
 * longer, open.
 */
bool connection_send(struct connection *connection, enum opcode opcode,
	const struct slice *slices, size_t count);

/*
 * For who waits for more than the peer, once the connection is open: while
 * this is set the transport must not block, and connection_step is to be
 * called in the place of connection_receive. What is sent stays in memory
 * until connection_step can send it. Ending it sends what is left, and blocks
 * meanwhile.
 */
void connection_set_polled(struct connection *connection, bool polled);

/*
 * Sends and receives what goes without waiting. The message is valid until
 * the next call; pings are answered already. Messages come in between our
 * Close and the peer's too. It is to be called until it is idle before the
 * transport is polled.
 */
enum connection_progress connection_step(
	struct connection *connection, struct message *message);

/* Sends what goes without waiting. Returns false when the stream is lost. */
bool connection_flush(struct connection *connection);

/* How many bytes wait for the transport to take them. */
size_t connection_unsent(const struct connection *connection);

/*
 * Whether the peer has taken any of what the transport has, since this was
 * asked last.
 */
bool connection_advances(struct connection *connection);

/* Sends bytes as they are, for what RFC 6455 does not allow. */
bool connection_send_raw(struct connection *connection, struct slice bytes);

/* Begins the closing handshake, if the connection is open. */
void connection_close(
	struct connection *connection, unsigned code, const char *reason);

/*
 * Ends our side in order: closes with 1000 what is still open, waits for the
 * peer's Close, for the grace period at most, where we sent ours first, and
 * ends the stream. A client leaves that to the server (section 7.1.1).
 */
void connection_finish(struct connection *connection);

/*
 * After that reads off what the peer still sends, for the rest of the grace
 * period or until it ends its side, so that nothing of ours is lost to a
 * reset. Then a client ends the stream.
 */
void connection_linger(struct connection *connection);

/* Whether connection_accept or connection_request has opened it. */
bool connection_was_open(const struct connection *connection);

/*
 * What the transport has to tell of its failure, as what is wrong with TLS;
 * NULL for nothing. As long-lived as the connection.
 */
const char *connection_failure(const struct connection *connection);

/* How it ended, once connection_receive or _send has returned false. */
struct connection_end connection_end(const struct connection *connection);

/* What it has carried; as long-lived as the connection. */
const struct traffic *connection_traffic(const struct connection *connection);

#endif
