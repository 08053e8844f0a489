/* SPDX-License-Identifier: MIT */
#include "service/echo.h"

#include "log/event.h"

static void
serve(struct connection *connection, const struct http_head *request,
	const struct service_context *context, struct slice prefix)
{
	struct log_messages messages = {0};
	struct message message;

	if (!service_accept(connection, request, context))
		return;
	while (connection_receive(connection, &message)) {
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
