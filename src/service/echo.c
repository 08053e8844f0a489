/* SPDX-License-Identifier: MIT */
#include "service/echo.h"

void
echo_log(struct echo *echo, const struct message *message)
{
	if (echo->context->settings->logs_messages)
		log_message(echo->context->client, &echo->messages,
			message->opcode == OPCODE_TEXT, message->payload.data,
			message->payload.length);
}

void
echo_end(struct echo *echo)
{
	log_hidden_messages(echo->context->client, &echo->messages);
}

/* When the peer falls silent, messages that were not shown are told of. */
bool
echo_receive(struct echo *echo, struct message *message)
{
	if (echo->messages.hidden > 0 && connection_is_quiet(echo->connection))
		echo_end(echo);
	if (!connection_receive(echo->connection, message))
		return false;
	echo_log(echo, message);
	return true;
}

static void
serve_open(struct connection *connection, const struct service_context *context,
	struct slice prefix)
{
	struct echo echo = {.connection = connection, .context = context};
	struct message message;

	while (echo_receive(&echo, &message)) {
		struct slice reply[] = {prefix, message.payload};

		if (message.opcode != OPCODE_TEXT)
			reply[0].length = 0;
		connection_send(connection, message.opcode, reply, 2);
	}
	echo_end(&echo);
}

static void
serve(struct connection *connection, const struct http_head *request,
	const struct service_context *context, struct slice prefix)
{
	if (service_accept(connection, request, context))
		serve_open(connection, context, prefix);
}

void
echo_serve(struct connection *connection, const struct http_head *request,
	const struct service_context *context)
{
	serve(connection, request, context, context->settings->echo_prefix);
}

void
raw_serve(struct connection *connection, const struct http_head *request,
	const struct service_context *context)
{
	serve(connection, request, context, (struct slice){NULL, 0});
}

void
raw_serve_open(
	struct connection *connection, const struct service_context *context)
{
	serve_open(connection, context, (struct slice){NULL, 0});
}
