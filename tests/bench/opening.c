/* SPDX-License-Identifier: MIT */
#include "load.h"

#include "protocol/handshake.h"

#include <err.h>
#include <stdlib.h>

#define EXTENSIONS "Sec-WebSocket-Extensions"

/*
 * As browsers, but that a message compressed by itself can be sent again and
 * again, with the window that it was compressed for.
 */
#define TEXT_OF(number) #number
#define DEFLATE_OFFER(bits)                                                    \
	"permessage-deflate; client_no_context_takeover; "                     \
	"client_max_window_bits=" TEXT_OF(bits)

static void
receive_head(struct channel *channel, struct buffer *input, struct slice *head)
{
	struct http_scanner scanner = {0};
	ssize_t received;

	do {
		if (!buffer_reserve(input, HTTP_HEAD_MAX))
			err(EXIT_FAILURE, "buffer_reserve");
		received = channel_receive(
			channel, buffer_room(input), buffer_room_size(input));
		if (received <= 0)
			errx(EXIT_FAILURE, "no answer to the handshake");
		buffer_add(input, (size_t)received);
		*head = buffer_bytes(input);
		if (!verdict_is_fine(
			    http_scan(&scanner, head->data, head->length)))
			errx(EXIT_FAILURE, "the answer is not HTTP");
	} while (scanner.head_length == 0);
	if (scanner.head_length != head->length)
		errx(EXIT_FAILURE, "the server speaks first");
}

static void
send_offer(struct channel *channel, const struct handshake_offer *offer)
{
	struct buffer request = {0};
	struct slice bytes;

	if (!handshake_write_request(&request, offer))
		errx(EXIT_FAILURE, "cannot write the handshake");
	bytes = buffer_bytes(&request);
	if (channel_send(channel, bytes.data, bytes.length) !=
		(ssize_t)bytes.length)
		errx(EXIT_FAILURE, "cannot send the handshake");
	buffer_release(&request);
}

void
open_websocket(struct channel *channel, const struct load *load)
{
	struct handshake_offer offer = {.host = slice_of(load->host),
		.target = slice_of(load->path),
		.extensions = slice_of(load->compresses
					       ? DEFLATE_OFFER(MESSAGES_WINDOW)
					       : NULL)};
	struct buffer input = {0};
	struct slice bytes, subprotocol;
	struct http_head response;
	struct verdict verdict;

	if (!handshake_generate_key(&offer))
		errx(EXIT_FAILURE, "no randomness");
	send_offer(channel, &offer);
	receive_head(channel, &input, &bytes);
	verdict = http_response_parse(bytes, &response);
	if (verdict_is_fine(verdict))
		verdict = handshake_check_response(
			&response, &offer, &subprotocol);
	if (!verdict_is_fine(verdict))
		errx(EXIT_FAILURE, "refused: %s", verdict.why);
	if (load->compresses &&
		http_field_find(&response, EXTENSIONS, &bytes) == 0)
		errx(EXIT_FAILURE, "the server does not compress");
	buffer_release(&input);
}
