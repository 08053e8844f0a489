/* SPDX-License-Identifier: MIT */
#include "client/check_peer.h"

#include "protocol/close_code.h"
#include "protocol/mask.h"
#include "transport/clock.h"
#include "websocket/opening.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* Far more than any check asks for. */
#define MESSAGE_MAX (1 << 20)

/* Any will do: who sees these frames is the server under test. */
static const unsigned char masking_key[FRAME_MASKING_KEY_SIZE] = {
	0x37, 0xFA, 0x21, 0x3D};

void
check_peer_init(
	struct check_peer *peer, struct transport *transport, int64_t deadline)
{
	*peer = (struct check_peer){.deadline = deadline};
	stream_init(&peer->stream, transport, NULL, 0);
	assembler_init(&peer->assembler, ROLE_CLIENT, MESSAGE_MAX);
}

void
check_peer_release(struct check_peer *peer)
{
	struct transport *transport = peer->stream.transport;

	transport->type->close(transport);
	stream_release(&peer->stream);
	assembler_release(&peer->assembler);
}

static enum check_event
event_of(enum stream_event event)
{
	switch (event) {
	case STREAM_READY:
		return CHECK_RECEIVED;
	case STREAM_QUIET:
		return CHECK_SILENCE;
	case STREAM_END:
		return CHECK_END;
	default:
		return CHECK_LOST;
	}
}

enum check_event
check_peer_open(struct check_peer *peer)
{
	return event_of(stream_open(&peer->stream, peer->deadline));
}

const char *
check_peer_error(const struct check_peer *peer)
{
	const struct transport *transport = peer->stream.transport;
	const char *why = NULL;

	if (errno == EPROTO && transport->type->explain != NULL)
		why = transport->type->explain(transport);
	return why != NULL ? why : strerror(errno);
}

/* Returns false when nothing more can be sent. */
static bool
send_some(struct check_peer *peer, struct slice *bytes)
{
	struct transport *transport = peer->stream.transport;
	struct iovec piece = {(void *)(uintptr_t)bytes->data, bytes->length};
	int64_t left = deadline_left(peer->deadline);
	ssize_t sent;

	if (left == 0)
		return false;
	transport->type->set_time_limit(transport, TRANSPORT_SENDING, left);
	sent = transport->type->send(transport, &piece, 1);
	if (sent < 0)
		return errno == EINTR || errno == EAGAIN ||
		       errno == EWOULDBLOCK;
	bytes->data += sent;
	bytes->length -= (size_t)sent;
	return true;
}

void
check_peer_send(struct check_peer *peer, struct slice bytes)
{
	while (bytes.length > 0 && send_some(peer, &bytes))
		continue;
}

void
check_peer_drip(struct check_peer *peer, struct slice bytes)
{
	for (size_t i = 0; i < bytes.length; i++)
		check_peer_send(peer, (struct slice){bytes.data + i, 1});
}

bool
check_frame_write(
	struct buffer *output, unsigned first_byte, struct slice payload)
{
	struct frame_header header = {
		.payload_length = payload.length, .masked = true};
	char bytes[FRAME_HEADER_MAX];
	size_t size;

	memcpy(header.masking_key, masking_key, sizeof(masking_key));
	size = frame_header_encode(&header, bytes);
	bytes[0] = (char)first_byte;
	if (!buffer_append(output, (struct slice){bytes, size}) ||
		!buffer_append(output, payload))
		return false;
	if (payload.length > 0)
		mask_apply(buffer_room(output) - payload.length, payload.length,
			masking_key, 0);
	return true;
}

enum check_event
check_peer_receive_head(struct check_peer *peer, struct http_head *response)
{
	if (opening_receive_response(&peer->stream, &peer->assembler.input,
		    peer->deadline, response, &peer->verdict)) {
		buffer_consume(&peer->assembler.input, response->bytes.length);
		return CHECK_RECEIVED;
	}
	if (peer->verdict.code == HTTP_REQUEST_TIMEOUT)
		return CHECK_SILENCE;
	return verdict_is_fine(peer->verdict) ? CHECK_END : CHECK_WRONG;
}

enum check_event
check_peer_receive(struct check_peer *peer, struct message *message)
{
	struct assembler *assembler = &peer->assembler;
	enum check_event event;

	while (!assembler_next(assembler, message, &peer->verdict)) {
		if (peer->verdict.code == CLOSE_MESSAGE_TOO_BIG) {
			errno = EMSGSIZE;
			return CHECK_LOST;
		}
		if (!verdict_is_fine(peer->verdict))
			return CHECK_WRONG;
		if (!assembler_reserve(assembler))
			return CHECK_LOST;
		event = event_of(stream_receive(
			&peer->stream, &assembler->input, peer->deadline));
		assembler_received(assembler);
		if (event != CHECK_RECEIVED)
			return event;
	}
	return CHECK_RECEIVED;
}
