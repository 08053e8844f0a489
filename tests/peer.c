/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include "transport/clock.h"

#include <string.h>

#define MASKED 0x80
#define DEADLINE 4000

static const unsigned char masking_key[] = {0x12, 0x00, 0xFE, 0x7F};

void
peer_init(struct peer *peer, enum role role)
{
	*peer = (struct peer){
		.settings = {
			.role = role, .max_message = 1 << 20, .grace = 200}};
	peer_says_raw(peer,
		slice_of(role == ROLE_SERVER ? PEER_REQUEST : PEER_RESPONSE));
}

void
peer_release(struct peer *peer)
{
	connection_free(peer->connection);
	ck_assert(peer->memory.closed);
	buffer_release(&peer->script);
	buffer_release(&peer->later);
	buffer_release(&peer->heard);
	memory_transport_release(&peer->memory);
}

static void
add(struct buffer *buffer, const void *data, size_t length)
{
	ck_assert(buffer_append(buffer, (struct slice){data, length}));
}

void
peer_says_raw(struct peer *peer, struct slice bytes)
{
	add(&peer->script, bytes.data, bytes.length);
}

static void
xor_with_key(char *data, size_t length, const unsigned char *key)
{
	for (size_t i = 0; i < length; i++)
		data[i] = (char)(data[i] ^ key[i % 4]);
}

static void
add_length(struct buffer *script, size_t length, unsigned masked)
{
	unsigned char bytes[9];
	size_t size = length < 126 ? 0 : length < 65536 ? 2 : 8;

	bytes[0] = (unsigned char)(masked | (size == 0		? length
						    : size == 2 ? 126
								: 127));
	for (size_t i = 0; i < size; i++)
		bytes[size - i] = (unsigned char)(length >> 8 * i);
	add(script, bytes, 1 + size);
}

void
peer_says_bytes(struct peer *peer, unsigned first_byte, struct slice payload)
{
	struct buffer *script = &peer->script;
	unsigned char first = (unsigned char)first_byte;
	bool masks = peer->settings.role == ROLE_SERVER;

	add(script, &first, 1);
	add_length(script, payload.length, masks ? MASKED : 0);
	if (masks)
		add(script, masking_key, sizeof(masking_key));
	add(script, payload.data, payload.length);
	if (masks && payload.length > 0)
		xor_with_key(buffer_room(script) - payload.length,
			payload.length, masking_key);
}

void
peer_says(struct peer *peer, unsigned first_byte, const char *payload)
{
	peer_says_bytes(peer, first_byte, slice_of(payload));
}

/* The body of a Close; without a code there is none. */
static struct slice
close_body(char body[CLOSE_BODY_MAX], unsigned code, const char *reason)
{
	size_t length = strlen(reason);

	if (code == CLOSE_NO_STATUS)
		return (struct slice){body, 0};
	ck_assert_uint_le(length, CLOSE_REASON_MAX);
	body[0] = (char)(code >> 8);
	body[1] = (char)code;
	memcpy(body + 2, reason, length);
	return (struct slice){body, 2 + length};
}

void
peer_says_close(struct peer *peer, unsigned code, const char *reason)
{
	char body[CLOSE_BODY_MAX];

	peer_says_bytes(
		peer, FIN | OPCODE_CLOSE, close_body(body, code, reason));
}

void
peer_pauses(struct peer *peer)
{
	ck_assert_ptr_null(peer->later.data);
	peer->later = peer->script;
	peer->script = (struct buffer){0};
}

static void
open_as_server(struct peer *peer)
{
	struct http_head request;
	struct verdict verdict;

	ck_assert(connection_receive_request(peer->connection,
		deadline_after(DEADLINE), &request, &verdict));
	ck_assert(slice_equals(request.target, slice_of("/chat")));
	ck_assert(!connection_was_open(peer->connection));
	ck_assert(connection_accept(
		peer->connection, &request, (struct slice){NULL, 0}));
}

static void
open_as_client(struct peer *peer)
{
	struct handshake_offer offer = {.host = slice_of("localhost"),
		.target = slice_of("/chat"),
		.key = PEER_KEY};
	struct http_head response;
	struct verdict verdict;

	ck_assert(connection_request(peer->connection, &offer,
		deadline_after(DEADLINE), &response, &verdict));
	ck_assert(verdict_is_fine(verdict));
	ck_assert_uint_eq(response.status, HTTP_SWITCHING_PROTOCOLS);
}

void
peer_open(struct peer *peer, int variant)
{
	struct slice first = buffer_bytes(&peer->script);

	memory_transport_init_variant(&peer->memory, first, variant);
	if (peer->later.data != NULL) {
		peer->memory.input = buffer_bytes(&peer->later);
		peer->memory.later = first;
	}
	peer->connection = connection_new(
		&peer->memory.transport, &peer->settings, &peer->interrupted);
	ck_assert_ptr_nonnull(peer->connection);
	if (peer->settings.role == ROLE_SERVER)
		open_as_server(peer);
	else
		open_as_client(peer);
	ck_assert(connection_was_open(peer->connection));
}

void
peer_is_served(struct peer *peer)
{
	struct message message;

	while (connection_receive(peer->connection, &message))
		connection_send(
			peer->connection, message.opcode, &message.payload, 1);
	ck_assert(!connection_receive(peer->connection, &message));
}

/* Takes what was sent over to what is heard; the first of it is a head. */
static void
listen_to(struct peer *peer)
{
	struct slice sent = buffer_bytes(&peer->memory.sent);
	size_t old = peer->heard_of_sent;
	const char *end;

	if (old == 0 && sent.length > 0) {
		end = memmem(sent.data, sent.length, "\r\n\r\n", 4);
		ck_assert_ptr_nonnull(end);
		old = (size_t)(end + 4 - sent.data);
	}
	add(&peer->heard, sent.data + old, sent.length - old);
	peer->heard_of_sent = sent.length;
}

static size_t
length_of(const unsigned char *bytes, size_t *size)
{
	size_t length = bytes[1] & 0x7F, more = 0;

	if (length >= 126) {
		more = length == 126 ? 2 : 8;
		length = 0;
	}
	for (size_t i = 0; i < more; i++)
		length = length << 8 | bytes[2 + i];
	*size = 2 + more;
	return length;
}

unsigned
peer_takes_frame(struct peer *peer, struct slice *payload,
	unsigned char key[FRAME_MASKING_KEY_SIZE])
{
	struct buffer *heard = &peer->heard;
	unsigned char bytes[FRAME_HEADER_MAX] = {0};
	bool masked = peer->settings.role == ROLE_CLIENT;
	size_t size;
	char *data;

	listen_to(peer);
	ck_assert_uint_ge(buffer_length(heard), 2);
	memcpy(bytes, buffer_bytes(heard).data,
		buffer_length(heard) < sizeof(bytes) ? buffer_length(heard)
						     : sizeof(bytes));
	payload->length = length_of(bytes, &size);
	ck_assert_int_eq((bytes[1] & MASKED) != 0, masked);
	if (masked) {
		memcpy(key, bytes + size, FRAME_MASKING_KEY_SIZE);
		size += FRAME_MASKING_KEY_SIZE;
	}
	ck_assert_uint_ge(buffer_length(heard), size + payload->length);
	data = heard->data + heard->start + size;
	if (masked)
		xor_with_key(data, payload->length, key);
	payload->data = data;
	buffer_consume(heard, size + payload->length);
	return bytes[0];
}

void
peer_hears_bytes(struct peer *peer, unsigned first_byte, struct slice payload)
{
	unsigned char key[FRAME_MASKING_KEY_SIZE];
	struct slice heard;

	ck_assert_uint_eq(peer_takes_frame(peer, &heard, key), first_byte);
	ck_assert_uint_eq(heard.length, payload.length);
	ck_assert(slice_equals(heard, payload));
}

void
peer_hears(struct peer *peer, unsigned first_byte, const char *payload)
{
	peer_hears_bytes(peer, first_byte, slice_of(payload));
}

void
peer_hears_close(struct peer *peer, unsigned code, const char *reason)
{
	char body[CLOSE_BODY_MAX];

	peer_hears_bytes(
		peer, FIN | OPCODE_CLOSE, close_body(body, code, reason));
}

void
peer_hears_raw(struct peer *peer, struct slice bytes)
{
	struct slice heard;

	listen_to(peer);
	heard = buffer_bytes(&peer->heard);
	ck_assert_uint_ge(heard.length, bytes.length);
	heard.length = bytes.length;
	ck_assert(slice_equals(heard, bytes));
	buffer_consume(&peer->heard, bytes.length);
}

void
peer_hears_nothing(struct peer *peer)
{
	listen_to(peer);
	ck_assert_uint_eq(buffer_length(&peer->heard), 0);
}

void
peer_saw_end(
	struct peer *peer, unsigned code, enum closed_by by, const char *reason)
{
	struct connection_end end = connection_end(peer->connection);

	ck_assert_uint_eq(end.code, code);
	ck_assert_int_eq(end.by, by);
	ck_assert(slice_equals(end.reason, slice_of(reason)));
}

void
peer_is_served_and_closes(struct peer *peer, int variant)
{
	peer_says_close(peer, CLOSE_NORMAL, "");
	peer_open(peer, variant);
	peer_is_served(peer);
}

void
peer_was_served(struct peer *peer)
{
	peer_hears_close(peer, CLOSE_NORMAL, "");
	peer_hears_nothing(peer);
	peer_saw_end(peer, CLOSE_NORMAL, CLOSED_BY_PEER, "");
}
