/* SPDX-License-Identifier: MIT */
/* Answers to the opening handshake that are late, refuse it, or are wrong. */
#include "log/event.h"
#include "protocol/handshake.h"
#include "service/fault_call.h"

#include <inttypes.h>
#include <stdio.h>

#define NOT_OFFERED "wsserver-not-offered"

/* Interrupted or not, it is answered then. */
void
fault_handshake(struct fault_call *call)
{
	connection_pause(call->echo.connection, (int64_t)call->number);
	raw_serve(call->echo.connection, call->request, call->echo.context);
}

static void
refuse(struct fault_call *call, const struct response *response)
{
	struct log_refusal refusal = {.why = "as it was asked to"};

	if (connection_respond(call->echo.connection, call->request, response))
		refusal.status = response->status;
	log_refuse(LOG_LEVEL_INFO, call->echo.context->client, &refusal);
}

static const char *
fields_of(uint64_t status)
{
	switch (status) {
	case HTTP_UNAUTHORIZED:
		return "WWW-Authenticate: Basic realm=\"wsserver\"\r\n";
	case HTTP_TOO_MANY_REQUESTS:
		return "Retry-After: 5\r\n";
	default:
		return NULL;
	}
}

void
fault_status(struct fault_call *call)
{
	const struct response response = {
		.status = (unsigned)call->number,
		.fields = fields_of(call->number),
		.body = slice_of("refused by " FAULTS_PATH "status\n"),
	};

	refuse(call, &response);
}

void
fault_redirect(struct fault_call *call)
{
	char field[80];
	const struct response response = {
		.status = HTTP_FOUND,
		.fields = field,
		.body = slice_of("redirected by " FAULTS_PATH "redirect\n"),
	};

	if (call->number > 1)
		snprintf(field, sizeof(field),
			"Location: " FAULTS_PATH "redirect/%" PRIu64 "\r\n",
			call->number - 1);
	else
		snprintf(field, sizeof(field), "Location: /raw\r\n");
	refuse(call, &response);
}

/* A 101 to a request, with these fields; the connection is open then. */
static void
answer_badly(struct fault_call *call, const struct http_head *request,
	const char *subprotocol, const char *extension)
{
	struct connection *connection = call->echo.connection;
	struct buffer answer = {0};
	bool is_sent = handshake_write_response(&answer, request,
			       slice_of(subprotocol), slice_of(extension)) &&
		       connection_send_raw(connection, buffer_bytes(&answer));

	buffer_release(&answer);
	if (!is_sent)
		return;
	connection_open_raw(connection, call->request);
	log_connect(call->echo.context->client);
	fault_echo(call);
}

void
fault_bad_accept(struct fault_call *call)
{
	struct http_head other = *call->request;

	other.fields =
		slice_of("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
	answer_badly(call, &other, NULL, NULL);
}

void
fault_bad_subprotocol(struct fault_call *call)
{
	answer_badly(call, call->request, NOT_OFFERED, NULL);
}

void
fault_bad_extension(struct fault_call *call)
{
	answer_badly(call, call->request, NULL, NOT_OFFERED);
}
