/* SPDX-License-Identifier: MIT */
#include "websocket/misbehaviour.h"

#include "transport/clock.h"

#include "websocket/connection_state.h"

bool
connection_send_raw(struct connection *connection, struct slice bytes)
{
	if (connection->state == STATE_LOST)
		return false;
	if (stream_send(&connection->stream, &bytes, 1))
		return connection_flush(connection);
	connection_lose_stream(connection);
	return false;
}

void
connection_count_raw(
	struct connection *connection, enum opcode opcode, uint64_t length)
{
	connection_count_sent(connection, opcode, length);
}

void
connection_open_raw(
	struct connection *connection, const struct http_head *request)
{
	connection_set_open(connection, request);
}

bool
connection_pause(struct connection *connection, int64_t milliseconds)
{
	if (!connection_flush(connection))
		return false;
	switch (stream_pause(&connection->stream, clock_now() + milliseconds)) {
	case STREAM_QUIET:
		return true;
	case STREAM_LOST:
		connection_lose_stream(connection);
		return false;
	default:
		return false;
	}
}

void
connection_set_pace(struct connection *connection, size_t bytes)
{
	stream_set_pace(&connection->stream, bytes);
}

void
connection_leave_unanswered(struct connection *connection, enum opcode opcode)
{
	connection->unanswered |= 1U << opcode;
}

void
connection_drop(struct connection *connection, const char *why)
{
	if (connection->state != STATE_OPEN || !connection_flush(connection))
		return;
	connection_set_end(
		connection, CLOSE_ABNORMAL, CLOSED_BY_US, slice_of(why));
	connection->state = STATE_CLOSED;
}

void
connection_reset(struct connection *connection, const char *why)
{
	struct transport *transport = connection->stream.transport;

	connection_drop(connection, why);
	if (connection->state == STATE_LOST)
		return;
	transport->type->reset(transport);
	connection->state = STATE_LOST;
}
