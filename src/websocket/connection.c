/* SPDX-License-Identifier: MIT */
#include "websocket/connection.h"

#include "transport/clock.h"
#include "websocket/connection_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OUT_OF_MEMORY ((struct verdict){CLOSE_INTERNAL_ERROR, "out of memory"})

struct connection *
connection_new(struct transport *transport,
	const struct connection_settings *settings,
	const atomic_bool *interrupted)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (connection == NULL)
		return NULL;
	stream_init(&connection->stream, transport, interrupted,
		settings->send_timeout);
	outgoing_init(
		&connection->outgoing, &connection->stream, settings->role);
	assembler_init(
		&connection->assembler, settings->role, settings->max_message);
	connection->settings = settings;
	connection->close_code = CLOSE_ABNORMAL;
	return connection;
}

void
connection_free(struct connection *connection)
{
	struct transport *transport = connection->stream.transport;

	transport->type->close(transport);
	stream_release(&connection->stream);
	assembler_release(&connection->assembler);
	outgoing_release(&connection->outgoing);
	free(connection);
}

/* Remembers how the connection ended; the first to know is believed. */
static void
set_end(struct connection *connection, unsigned code, enum closed_by by,
	struct slice reason)
{
	if (reason.length > sizeof(connection->reason))
		reason.length = sizeof(connection->reason);
	connection->close_code = code;
	connection->closed_by = by;
	connection->reason_length = reason.length;
	if (reason.length > 0)
		memcpy(connection->reason, reason.data, reason.length);
}

static void
lose(struct connection *connection, enum closed_by by, const char *why)
{
	if (connection->state == STATE_OPEN)
		set_end(connection, CLOSE_ABNORMAL, by, slice_of(why));
	connection->state = STATE_LOST;
}

const char *
connection_failure(const struct connection *connection)
{
	const struct transport *transport = connection->stream.transport;

	return transport->type->explain == NULL
		       ? NULL
		       : transport->type->explain(transport);
}

/* The stream failed with errno. */
static void
lose_stream(struct connection *connection)
{
	const char *why = connection_failure(connection);

	if (errno == ETIMEDOUT)
		lose(connection, CLOSED_BY_US, "send timeout");
	else if (errno == ECONNRESET || errno == EPIPE)
		lose(connection, CLOSED_BY_NOBODY, "connection reset");
	else
		lose(connection, CLOSED_BY_NOBODY,
			why != NULL ? why : "connection failed");
}

static bool
send_frame(struct connection *connection, enum opcode opcode,
	const struct slice *payload, size_t count)
{
	if (outgoing_send(&connection->outgoing, opcode, payload, count))
		return true;
	lose_stream(connection);
	return false;
}

static bool
flush(struct connection *connection)
{
	if (stream_flush(&connection->stream))
		return true;
	lose_stream(connection);
	return false;
}

/* Sends our Close at once; what becomes of the state is the caller's. */
static bool
send_close(struct connection *connection, unsigned code, struct slice reason)
{
	struct close_body body = {code, reason};
	char bytes[CLOSE_BODY_MAX];
	struct slice payload = {bytes, close_body_encode(&body, bytes)};

	return send_frame(connection, OPCODE_CLOSE, &payload, 1) &&
	       flush(connection);
}

static void
begin_closing(struct connection *connection, unsigned code, struct slice reason,
	enum state next)
{
	if (connection->state != STATE_OPEN ||
		!send_close(connection, code, reason))
		return;
	set_end(connection, code, CLOSED_BY_US, reason);
	connection->state = next;
}

void
connection_close(
	struct connection *connection, unsigned code, const char *reason)
{
	begin_closing(connection, code, slice_of(reason), STATE_CLOSING);
}

/* RFC 6455 section 7.1.7: after our Close nothing is waited for. */
static void
fail(struct connection *connection, struct verdict verdict)
{
	struct slice why = slice_of(verdict.why);

	begin_closing(connection, verdict.code, why, STATE_CLOSED);
	if (connection->state == STATE_CLOSING) {
		set_end(connection, verdict.code, CLOSED_BY_US, why);
		connection->state = STATE_CLOSED;
	}
}

/* The peer's Close: answered with its own code, unless it answers ours. */
static void
receive_close(struct connection *connection, struct slice payload)
{
	struct close_body body;
	struct verdict verdict = close_body_decode(payload, &body);

	if (!verdict_is_fine(verdict)) {
		fail(connection, verdict);
		return;
	}
	if (connection->state == STATE_CLOSING) {
		connection->state = STATE_CLOSED;
		return;
	}
	set_end(connection, body.code, CLOSED_BY_PEER, body.reason);
	connection->state = STATE_CLOSED;
	send_close(connection, body.code, (struct slice){NULL, 0});
}

/* Behind our Close nothing is sent (section 1.4). */
static void
receive_control(struct connection *connection, const struct message *message)
{
	if (message->opcode == OPCODE_PING && connection->state == STATE_OPEN)
		send_frame(connection, OPCODE_PONG, &message->payload, 1);
	else if (message->opcode == OPCODE_CLOSE)
		receive_close(connection, message->payload);
}

/* Handles what is no data; returns whether the connection stays open. */
static void
handle_event(struct connection *connection, enum stream_event event)
{
	switch (event) {
	case STREAM_READY:
	case STREAM_QUIET:
		break;
	case STREAM_INTERRUPTED:
		connection_close(connection, CLOSE_GOING_AWAY, "going away");
		break;
	case STREAM_END:
		lose(connection, CLOSED_BY_NOBODY, NULL);
		connection->state = STATE_CLOSED;
		break;
	case STREAM_LOST:
		lose_stream(connection);
	}
}

/* Nothing has come for a while: costs no memory, and pings in time. */
static void
keep_alive(struct connection *connection)
{
	const struct connection_settings *settings = connection->settings;
	struct stream *stream = &connection->stream;
	int64_t rest = settings->ping_interval - STREAM_PATIENCE;
	enum stream_event event = STREAM_QUIET;

	assembler_relax(&connection->assembler);
	stream_relax(stream);
	outgoing_relax(&connection->outgoing);
	if (settings->ping_interval == 0)
		event = stream_wait(stream, DEADLINE_NEVER);
	else if (rest > 0)
		event = stream_wait(stream, deadline_after(rest));
	if (event == STREAM_QUIET) {
		if (!send_frame(connection, OPCODE_PING, NULL, 0) ||
			!flush(connection))
			return;
		event = stream_wait(
			stream, deadline_after(settings->ping_timeout));
		if (event == STREAM_QUIET)
			lose(connection, CLOSED_BY_US, "ping timeout");
	}
	handle_event(connection, event);
}

/* Sends what was held back and blocks until something happens. */
static void
await(struct connection *connection)
{
	enum stream_event event;

	if (!flush(connection))
		return;
	if (!assembler_reserve(&connection->assembler)) {
		fail(connection, OUT_OF_MEMORY);
		return;
	}
	event = stream_receive(&connection->stream,
		&connection->assembler.input, DEADLINE_NEVER);
	assembler_received(&connection->assembler);
	if (event == STREAM_QUIET)
		keep_alive(connection);
	else
		handle_event(connection, event);
}

/*
 * Takes what comes next out of what has been received, and answers it. False
 * when more is to be received, or the connection is no longer open.
 */
static bool
take(struct connection *connection, struct message *message)
{
	struct verdict verdict;

	if (!assembler_next(&connection->assembler, message, &verdict)) {
		if (!verdict_is_fine(verdict))
			fail(connection, verdict);
		return false;
	}
	if (opcode_is_control(message->opcode)) {
		receive_control(connection, message);
	} else {
		traffic_count_in(&connection->traffic,
			message->opcode == OPCODE_TEXT,
			message->payload.length);
	}
	return true;
}

bool
connection_receive(struct connection *connection, struct message *message)
{
	while (connection->state == STATE_OPEN) {
		if (!take(connection, message)) {
			if (connection->state == STATE_OPEN)
				await(connection);
		} else if (!opcode_is_control(message->opcode)) {
			return true;
		}
	}
	return false;
}

void
connection_set_polled(struct connection *connection, bool polled)
{
	stream_set_polled(&connection->stream, polled);
	if (!polled && connection->state != STATE_LOST)
		flush(connection);
}

/* Sends and receives what goes. Returns whether anything has come of it. */
static bool
exchange_now(struct connection *connection)
{
	struct assembler *assembler = &connection->assembler;
	enum stream_event event;

	if (!flush(connection))
		return true;
	if (!assembler_reserve(assembler)) {
		fail(connection, OUT_OF_MEMORY);
		return true;
	}
	event = stream_receive(
		&connection->stream, &assembler->input, DEADLINE_NEVER);
	assembler_received(assembler);
	handle_event(connection, event);
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
		if (take(connection, message)) {
			if (message->opcode != OPCODE_CLOSE)
				return CONNECTION_MESSAGE;
		} else if (is_receiving(connection) &&
			   !exchange_now(connection)) {
			return CONNECTION_IDLE;
		}
	}
	return CONNECTION_ENDED;
}

bool
connection_flush(struct connection *connection)
{
	return connection->state != STATE_LOST && flush(connection);
}

size_t
connection_unsent(const struct connection *connection)
{
	return buffer_length(&connection->stream.output);
}

bool
connection_is_in_message(const struct connection *connection)
{
	return connection->assembler.in_message;
}

bool
connection_is_quiet(struct connection *connection)
{
	enum stream_event event;

	if (connection->state != STATE_OPEN ||
		assembler_has_more(&connection->assembler) ||
		!flush(connection))
		return false;
	event = stream_wait(
		&connection->stream, deadline_after(STREAM_PATIENCE));
	handle_event(connection, event);
	return event == STREAM_QUIET;
}

bool
connection_send(struct connection *connection, enum opcode opcode,
	const struct slice *slices, size_t number)
{
	uint64_t bytes = 0;

	if (connection->state != STATE_OPEN ||
		!send_frame(connection, opcode, slices, number))
		return false;
	if (opcode_is_control(opcode))
		return true;
	for (size_t i = 0; i < number; i++)
		bytes += slices[i].length;
	traffic_count_out(&connection->traffic, opcode == OPCODE_TEXT, bytes);
	return true;
}

bool
connection_send_raw(struct connection *connection, struct slice bytes)
{
	if (connection->state == STATE_LOST)
		return false;
	if (stream_send(&connection->stream, &bytes, 1))
		return flush(connection);
	lose_stream(connection);
	return false;
}

/*
 * Reads on until the peer's Close. What is on its way is dropped, pings too:
 * behind our Close nothing is sent (section 1.4).
 */
static void
await_close(struct connection *connection, int64_t deadline)
{
	struct assembler *assembler = &connection->assembler;
	struct message message;
	struct verdict verdict;

	assembler_discard(assembler);
	while (connection->state == STATE_CLOSING) {
		enum stream_event event;

		if (assembler_next(assembler, &message, &verdict)) {
			if (message.opcode == OPCODE_CLOSE)
				connection->state = STATE_CLOSED;
			continue;
		}
		if (!verdict_is_fine(verdict) || !assembler_reserve(assembler))
			break;
		event = stream_receive(
			&connection->stream, &assembler->input, deadline);
		if (event != STREAM_READY && event != STREAM_INTERRUPTED)
			break;
	}
	connection->state = STATE_CLOSED;
}

void
connection_finish(struct connection *connection)
{
	connection->finish_until = clock_now() + connection->settings->grace;
	connection_close(connection, CLOSE_NORMAL, NULL);
	if (connection->state == STATE_CLOSING)
		await_close(connection, connection->finish_until);
	if (connection->state != STATE_LOST &&
		connection->settings->role == ROLE_SERVER)
		stream_finish(&connection->stream);
}

void
connection_linger(struct connection *connection)
{
	struct stream *stream = &connection->stream;

	if (connection->state == STATE_LOST)
		return;
	stream_linger(
		stream, &connection->assembler.input, connection->finish_until);
	if (connection->settings->role == ROLE_CLIENT)
		stream_finish(stream);
	connection->state = STATE_LOST;
}

bool
connection_was_open(const struct connection *connection)
{
	return connection->was_open;
}

struct connection_end
connection_end(const struct connection *connection)
{
	return (struct connection_end){connection->close_code,
		connection->closed_by,
		{connection->reason, connection->reason_length}};
}

const struct traffic *
connection_traffic(const struct connection *connection)
{
	return &connection->traffic;
}
