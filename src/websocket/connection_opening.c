/* SPDX-License-Identifier: MIT */
#include "websocket/connection_state.h"

#include "websocket/opening.h"

#include <time.h>

void
connection_set_open(struct connection *connection, const struct http_head *head)
{
	buffer_consume(&connection->assembler.input, head->bytes.length);
	connection->state = STATE_OPEN;
	connection->was_open = true;
	/* What the opening handshake was told it only hurried for. */
	connection->stream.interruption_told = false;
}

bool
connection_receive_request(struct connection *connection, int64_t deadline,
	struct http_head *request, struct verdict *verdict)
{
	return opening_prepare(&connection->stream, deadline, verdict) &&
	       opening_receive_request(&connection->stream,
		       &connection->assembler.input, deadline, request,
		       verdict);
}

static bool
set_compression(struct connection *connection,
	const struct deflate_agreement *agreement)
{
	struct compression *compression;

	if (!agreement->enabled)
		return true;
	compression = compression_new(agreement, &connection->settings->deflate,
		connection->settings->role);
	if (compression == NULL)
		return false;
	connection->outgoing.compression = compression;
	assembler_inflate(&connection->assembler, &compression->inflater);
	return true;
}

bool
connection_accept(struct connection *connection,
	const struct http_head *request, struct slice subprotocol)
{
	struct deflate_agreement agreement;

	if (!opening_write_response(&connection->stream, request, subprotocol,
		    &connection->settings->deflate, &agreement) ||
		!set_compression(connection, &agreement)) {
		connection->state = STATE_LOST;
		return false;
	}
	connection_set_open(connection, request);
	return true;
}

bool
connection_write_extensions(const struct connection *connection,
	const struct http_head *request, struct buffer *output)
{
	struct deflate_agreement agreement;

	return deflate_accept(
		request, &connection->settings->deflate, output, &agreement);
}

bool
connection_respond(struct connection *connection,
	const struct http_head *request, const struct response *response)
{
	struct response answer = *response;
	char head[RESPONSE_HEAD_SIZE];
	struct slice slices[2];

	answer.is_to_head = request != NULL &&
			    slice_equals(request->method, slice_of("HEAD"));
	slices[0] = response_write_head(&answer, time(NULL), head);
	slices[1] = response_content(&answer);
	if (connection->state == STATE_LOST ||
		!stream_send(&connection->stream, slices, 2) ||
		!stream_flush(&connection->stream)) {
		connection->state = STATE_LOST;
		return false;
	}
	return true;
}

/* Whether the response that was received opens the connection. */
static struct verdict
check_response(struct connection *connection,
	const struct handshake_offer *offer, const struct http_head *response)
{
	struct deflate_agreement agreement;
	struct verdict verdict = opening_check_response(
		response, offer, &connection->settings->deflate, &agreement);

	if (verdict_is_fine(verdict) &&
		!set_compression(connection, &agreement))
		return (struct verdict){response->status, "out of memory"};
	return verdict;
}

bool
connection_request(struct connection *connection,
	const struct handshake_offer *offer, int64_t deadline,
	struct http_head *response, struct verdict *verdict)
{
	struct stream *stream = &connection->stream;

	if (!opening_prepare(stream, deadline, verdict) ||
		!handshake_write_request(&stream->output, offer) ||
		!connection_flush(connection) ||
		!opening_receive_response(stream, &connection->assembler.input,
			deadline, response, verdict))
		return false;
	*verdict = check_response(connection, offer, response);
	if (!verdict_is_fine(*verdict))
		return false;
	connection_set_open(connection, response);
	return true;
}

struct slice
connection_receive_body(struct connection *connection,
	const struct http_head *response, size_t max, int64_t deadline)
{
	return opening_receive_body(&connection->stream,
		&connection->assembler.input, response, max, deadline);
}
