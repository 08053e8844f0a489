/* SPDX-License-Identifier: MIT */
#include "service/echo.h"

#include "log/event.h"

/* When the peer falls silent, messages that were not shown are told of. */
static bool
receive(struct connection *connection, const struct service_context *context,
	struct log_messages *messages, struct message *message)
{
	if (messages->hidden > 0 && connection_is_quiet(connection))
		log_hidden_messages(context->client, messages);
	return connection_receive(connection, message);
}

static void
serve_open(struct connection *connection, const struct service_context *context,
	struct slice prefix)
{
	struct log_messages messages = {0};
	struct message message;

	while (receive(connection, context, &messages, &message)) {
		bool is_text = message.opcode == OPCODE_TEXT;
		struct slice reply[] = {prefix, message.payload};

		if (context->settings->logs_messages)
			log_message(context->client, &messages, is_text,
				message.payload.data, message.payload.length);
		if (!is_text)
			reply[0].length = 0;
		connection_send(connection, message.opcode, reply, 2);
	}
	log_hidden_messages(context->client, &messages);
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
