/* SPDX-License-Identifier: MIT */
#include "transport/clock.h"
#include "websocket/connection_state.h"

void
connection_set_polled(struct connection *connection, bool polled)
{
	stream_set_polled(&connection->stream, polled);
	if (!polled)
		connection_flush(connection);
}

/* Sends and receives what goes. Returns whether anything has come of it. */
static bool
exchange_now(struct connection *connection)
{
	struct assembler *assembler = &connection->assembler;
	enum stream_event event;

	if (!connection_flush(connection))
		return true;
	if (!assembler_reserve(assembler)) {
		connection_fail(connection, OUT_OF_MEMORY);
		return true;
	}
	event = stream_receive(
		&connection->stream, &assembler->input, DEADLINE_NEVER);
	assembler_received(assembler);
	connection_handle_event(connection, event);
	return event != STREAM_QUIET;
}

static bool
is_receiving(const struct connection *connection)
{
	return connection->state == STATE_OPEN ||
	       connection->state == STATE_CLOSING;
}

enum connection_progress
connection_step(struct connection *connection, struct message *message)
{
	while (is_receiving(connection)) {
		if (connection_take(connection, message)) {
			if (message->opcode != OPCODE_CLOSE)
				return CONNECTION_MESSAGE;
		} else if (is_receiving(connection) &&
			   !exchange_now(connection)) {
			return CONNECTION_IDLE;
		}
	}
	return CONNECTION_ENDED;
}

size_t
connection_unsent(const struct connection *connection)
{
	return buffer_length(&connection->stream.output);
}

bool
connection_advances(struct connection *connection)
{
	struct transport *transport = connection->stream.transport;

	return transport->type->advances(transport);
}
