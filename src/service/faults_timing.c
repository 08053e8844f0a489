/* SPDX-License-Identifier: MIT */
/* Replies that come late or slowly, messages that are read slowly. */
#include "service/fault_call.h"

#include <stdlib.h>
#include <string.h>

/* Milliseconds for which a connection is dripped on, or not read from. */
#define DRIP_MAX 300000
#define DEAF 300000

/* What replies that wait may hold, beside messages of the usual limit. */
#define WAITING_SPARE 65536

/* A reply that is not due yet. */
struct waiting {
	struct waiting *next;
	int64_t due;
	enum opcode opcode;
	size_t length;
	char data[];
};

struct delay {
	struct fault_call *call;
	struct waiting *first, *last;
	size_t bytes;
};

/* Its payload is read off again. */
static size_t
size_of(const struct waiting *reply)
{
	return sizeof(*reply) + reply->length;
}

static void
add_reply(struct delay *delay, const struct message *message)
{
	struct fault_call *call = delay->call;
	size_t length = message->payload.length;
	struct waiting *reply = malloc(sizeof(*reply) + length);

	if (reply == NULL) {
		connection_close(call->echo.connection, CLOSE_INTERNAL_ERROR,
			"out of memory");
		return;
	}
	*reply = (struct waiting){.due = fault_clock() + (int64_t)call->number,
		.opcode = message->opcode,
		.length = length};
	if (length > 0)
		memcpy(reply->data, message->payload.data, length);
	if (delay->last == NULL)
		delay->first = reply;
	else
		delay->last->next = reply;
	delay->last = reply;
	delay->bytes += size_of(reply);
}

static void
drop_first(struct delay *delay)
{
	struct waiting *reply = delay->first;

	delay->bytes -= size_of(reply);
	delay->first = reply->next;
	if (delay->last == reply)
		delay->last = NULL;
	free(reply);
}

/* Sends what is due. Returns how long the next one is to wait. */
static int64_t
send_due(struct delay *delay)
{
	struct waiting *reply;

	while ((reply = delay->first) != NULL) {
		int64_t left = reply->due - fault_clock();
		struct slice payload = {reply->data, reply->length};

		if (left > 0)
			return left;
		connection_send(delay->call->echo.connection, reply->opcode,
			&payload, 1);
		drop_first(delay);
	}
	return 0;
}

/*
 * Takes the next message, or lets time pass until a reply is due; while too
 * much waits nothing is received.
 */
static enum connection_progress
take_message(struct delay *delay, struct message *message, int64_t left)
{
	struct echo *echo = &delay->call->echo;
	size_t most = echo->context->settings->max_message + WAITING_SPARE;
	enum connection_progress progress;

	if (delay->first == NULL)
		return echo_receive(echo, message) ? CONNECTION_MESSAGE
						   : CONNECTION_ENDED;
	if (delay->bytes > most && connection_pause(echo->connection, left))
		return CONNECTION_IDLE;
	progress = connection_receive_within(echo->connection, message, left);
	if (progress == CONNECTION_MESSAGE)
		echo_log(echo, message);
	return progress;
}

void
fault_delay(struct fault_call *call)
{
	struct delay delay = {.call = call};
	enum connection_progress progress;
	struct message message;

	do {
		int64_t left = send_due(&delay);

		progress = take_message(&delay, &message, left);
		if (progress == CONNECTION_MESSAGE)
			add_reply(&delay, &message);
	} while (progress != CONNECTION_ENDED);
	while (delay.first != NULL)
		drop_first(&delay);
}

/*
 * Sends the bytes one by one until the time is over, and then, or when the
 * server stops, what is left at once. Returns whether they were sent.
 */
static bool
drip(const struct fault_call *call, struct slice bytes, int64_t until)
{
	struct connection *connection = call->echo.connection;
	bool drips = true;

	while (bytes.length > 0 && drips) {
		struct slice first = {bytes.data, 1};

		if (!connection_send_raw(connection, first))
			return false;
		bytes.data++;
		bytes.length--;
		drips = connection_pause(connection, (int64_t)call->number) &&
			fault_clock() < until;
	}
	return bytes.length == 0 || connection_send_raw(connection, bytes);
}

/* A reply in one frame that is not compressed. */
static void
drip_message(const struct fault_call *call, const struct message *message,
	int64_t until)
{
	char bytes[FRAME_HEADER_MAX];
	struct frame_header frame = {.payload_length = message->payload.length,
		.opcode = message->opcode,
		.fin = true};
	struct slice header = {bytes, frame_header_encode(&frame, bytes)};

	if (drip(call, header, until) && drip(call, message->payload, until))
		connection_count_raw(call->echo.connection, message->opcode,
			message->payload.length);
}

void
fault_drip(struct fault_call *call)
{
	int64_t left = DRIP_MAX;
	struct message message;

	while (echo_receive(&call->echo, &message)) {
		int64_t start = fault_clock();

		drip_message(call, &message, start + left);
		left -= fault_clock() - start;
	}
}

void
fault_slow_read(struct fault_call *call)
{
	struct connection *connection = call->echo.connection;

	if (call->number > 0)
		connection_set_pace(connection, (size_t)call->number);
	else if (connection_pause(connection, DEAF))
		connection_reset(connection, "fault slow-read");
}
