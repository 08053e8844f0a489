/* SPDX-License-Identifier: MIT */
#include "websocket/connection.h"

#include "transport/clock.h"
#include "websocket/connection_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

void
connection_set_end(struct connection *connection, unsigned code,
	enum closed_by by, struct slice reason)
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
		connection_set_end(
			connection, CLOSE_ABNORMAL, by, slice_of(why));
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

void
connection_lose_stream(struct connection *connection)
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
	connection_lose_stream(connection);
	return false;
}

bool
connection_flush(struct connection *connection)
{
	if (connection->state == STATE_LOST)
		return false;
	if (stream_flush(&connection->stream))
		return true;
	connection_lose_stream(connection);
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
	       connection_flush(connection);
}

static void
begin_closing(struct connection *connection, unsigned code, struct slice reason,
	enum state next)
{
	if (connection->state != STATE_OPEN ||
		!send_close(connection, code, reason))
		return;
	connection_set_end(connection, code, CLOSED_BY_US, reason);
	connection->state = next;
}

void
connection_close(
	struct connection *connection, unsigned code, const char *reason)
{
	begin_closing(connection, code, slice_of(reason), STATE_CLOSING);
}

void
connection_fail(struct connection *connection, struct verdict verdict)
{
	struct slice why = slice_of(verdict.why);

	begin_closing(connection, verdict.code, why, STATE_CLOSED);
	if (connection->state == STATE_CLOSING) {
		connection_set_end(connection, verdict.code, CLOSED_BY_US, why);
		connection->state = STATE_CLOSED;
	}
}

static bool
is_answered(const struct connection *connection, enum opcode opcode)
{
	return (connection->unanswered & 1U << opcode) == 0;
}

/* The peer's Close: answered with its own code, unless it answers ours. */
static void
receive_close(struct connection *connection, struct slice payload)
{
	struct close_body body;
	struct verdict verdict = close_body_decode(payload, &body);

	if (!verdict_is_fine(verdict)) {
		connection_fail(connection, verdict);
		return;
	}
	if (connection->state == STATE_CLOSING) {
		connection->state = STATE_CLOSED;
		return;
	}
	connection_set_end(connection, body.code, CLOSED_BY_PEER, body.reason);
	connection->state = STATE_CLOSED;
	if (is_answered(connection, OPCODE_CLOSE))
		send_close(connection, body.code, (struct slice){NULL, 0});
	else
		connection_flush(connection);
}

/* Behind our Close nothing is sent (section 1.4). */
static void
receive_control(struct connection *connection, const struct message *message)
{
	if (message->opcode == OPCODE_PING && connection->state == STATE_OPEN &&
		is_answered(connection, OPCODE_PING))
		send_frame(connection, OPCODE_PONG, &message->payload, 1);
	else if (message->opcode == OPCODE_CLOSE)
		receive_close(connection, message->payload);
}

void
connection_handle_event(struct connection *connection, enum stream_event event)
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
		connection_lose_stream(connection);
	}
}

static int64_t
earlier(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

/* Any byte counts as life. */
static void
heed_life(struct connection *connection, enum stream_event event)
{
	if (event != STREAM_READY)
		return;
	connection->quiet_until = 0;
	connection->has_pinged = false;
}

/* Until when a connection that has just fallen quiet is not pinged. */
static int64_t
first_ping(const struct connection_settings *settings)
{
	int64_t rest = settings->ping_interval - STREAM_PATIENCE;

	if (settings->ping_interval == 0)
		return DEADLINE_NEVER;
	return rest > 0 ? deadline_after(rest) : clock_now();
}

/* It was quiet for too long. Returns whether it is still waited for. */
static bool
ping_or_give_up(struct connection *connection)
{
	if (connection->has_pinged) {
		lose(connection, CLOSED_BY_US, "ping timeout");
		return false;
	}
	connection->has_pinged = true;
	if (!send_frame(connection, OPCODE_PING, NULL, 0) ||
		!connection_flush(connection))
		return false;
	connection->quiet_until =
		deadline_after(connection->settings->ping_timeout);
	return true;
}

/* Nothing has come for a while: costs no memory, and pings in time. */
static void
keep_alive(struct connection *connection, int64_t deadline)
{
	struct stream *stream = &connection->stream;
	enum stream_event event;

	assembler_relax(&connection->assembler);
	stream_relax(stream);
	outgoing_relax(&connection->outgoing);
	if (connection->quiet_until == 0)
		connection->quiet_until = first_ping(connection->settings);
	do
		event = stream_wait(
			stream, earlier(deadline, connection->quiet_until));
	while (event == STREAM_QUIET &&
		deadline_left(connection->quiet_until) == 0 &&
		ping_or_give_up(connection));
	heed_life(connection, event);
	connection_handle_event(connection, event);
}

/* Receives what comes before it is time to call the connection quiet. */
static enum stream_event
receive_in_time(struct connection *connection, int64_t deadline)
{
	struct assembler *assembler = &connection->assembler;
	enum stream_event event;

	if (connection->quiet_until != 0)
		return STREAM_QUIET;
	if (!assembler_reserve(assembler)) {
		connection_fail(connection, OUT_OF_MEMORY);
		return STREAM_READY;
	}
	if (deadline != DEADLINE_NEVER)
		deadline = earlier(deadline, deadline_after(STREAM_PATIENCE));
	event = stream_receive(
		&connection->stream, &assembler->input, deadline);
	assembler_received(assembler);
	return event;
}

/* Sends what was held back and blocks until something happens. */
static void
await(struct connection *connection, int64_t deadline)
{
	enum stream_event event;

	if (!connection_flush(connection))
		return;
	event = receive_in_time(connection, deadline);
	if (event == STREAM_QUIET) {
		keep_alive(connection, deadline);
		return;
	}
	heed_life(connection, event);
	connection_handle_event(connection, event);
}

bool
connection_take(struct connection *connection, struct message *message)
{
	struct verdict verdict;

	if (!assembler_next(&connection->assembler, message, &verdict)) {
		if (!verdict_is_fine(verdict))
			connection_fail(connection, verdict);
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

static enum connection_progress
receive_until(struct connection *connection, struct message *message,
	int64_t deadline)
{
	bool is_late;

	while (connection->state == STATE_OPEN) {
		if (connection_take(connection, message)) {
			if (!opcode_is_control(message->opcode))
				return CONNECTION_MESSAGE;
		} else if (connection->state == STATE_OPEN) {
			is_late = deadline_left(deadline) == 0;
			await(connection, deadline);
			if (is_late && connection->state == STATE_OPEN)
				return CONNECTION_IDLE;
		}
	}
	return CONNECTION_ENDED;
}

bool
connection_receive(struct connection *connection, struct message *message)
{
	return receive_until(connection, message, DEADLINE_NEVER) ==
	       CONNECTION_MESSAGE;
}

enum connection_progress
connection_receive_within(struct connection *connection,
	struct message *message, int64_t milliseconds)
{
	return receive_until(connection, message, clock_now() + milliseconds);
}

bool
connection_is_quiet(struct connection *connection)
{
	enum stream_event event;

	if (connection->state != STATE_OPEN ||
		assembler_has_more(&connection->assembler) ||
		!connection_flush(connection))
		return false;
	event = stream_wait(
		&connection->stream, deadline_after(STREAM_PATIENCE));
	connection_handle_event(connection, event);
	return event == STREAM_QUIET;
}

void
connection_count_sent(
	struct connection *connection, enum opcode opcode, uint64_t length)
{
	if (opcode_is_control(opcode))
		return;
	traffic_count_out(&connection->traffic, opcode == OPCODE_TEXT, length);
}

bool
connection_send(struct connection *connection, enum opcode opcode,
	const struct slice *slices, size_t number)
{
	uint64_t length = 0;

	if (connection->state != STATE_OPEN ||
		!send_frame(connection, opcode, slices, number))
		return false;
	for (size_t i = 0; i < number; i++)
		length += slices[i].length;
	connection_count_sent(connection, opcode, length);
	return true;
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
