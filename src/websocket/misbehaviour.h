/* SPDX-License-Identifier: MIT */
/*
 * What RFC 6455 does not want of an endpoint, for who tests the other one; the
 * door for bytes is connection_send_raw.
 */
#ifndef WEBSOCKET_MISBEHAVIOUR_H
#define WEBSOCKET_MISBEHAVIOUR_H

#include "websocket/connection.h"

/*
 * The connection is open behind a 101 to this request that was sent raw; no
 * extension is spoken.
 */
void connection_open_raw(
	struct connection *connection, const struct http_head *request);

/* Counts a message whose payload of so many bytes was sent raw. */
void connection_count_raw(
	struct connection *connection, enum opcode opcode, uint64_t length);

/*
 * Sends what was held back and lets so much time pass; what comes meanwhile is
 * left where it is. Returns false, and early, when the connection is
 * interrupted, on which connection_receive acts, or is lost.
 */
bool connection_pause(struct connection *connection, int64_t milliseconds);

/* From now on receives at most so many bytes a second. */
void connection_set_pace(struct connection *connection, size_t bytes);

/* From now on the peer's pings, or its Close, are left unanswered. */
void connection_leave_unanswered(
	struct connection *connection, enum opcode opcode);

/*
 * Both end an open connection without a Close; connection_finish then ends the
 * stream, in order or with a reset. It is remembered as 1006 by us.
 */
void connection_drop(struct connection *connection, const char *why);
void connection_reset(struct connection *connection, const char *why);

#endif
