/* SPDX-License-Identifier: MIT */
#include "dialogue.h"

#include "frames.h"
#include "fuzz.h"
#include "heads.h"
#include "peer.h"
#include "plain_utf8.h"
#include "service/echo.h"
#include "transport/clock.h"

#define MAX_MESSAGE 1000
#define DEADLINE 10000
#define PMD_FIELD "Sec-WebSocket-Extensions: permessage-deflate\r\n"

struct dialogue {
	struct memory_transport memory;
	struct connection *connection;
	atomic_bool interrupted;
	unsigned choice;
	struct deflate_agreement agreement;
};

static const struct connection_settings settings_of[] = {
	{.role = ROLE_SERVER,
		.max_message = MAX_MESSAGE,
		.grace = DEADLINE,
		.deflate = {true, false, 12, 1}},
	{.role = ROLE_CLIENT,
		.max_message = MAX_MESSAGE,
		.grace = DEADLINE,
		.deflate = {true, false, 15, 1}},
};

/* The length of the head at the start of bytes, 0 when there is none. */
static size_t
head_length(struct slice bytes)
{
	struct http_scanner scanner = {0};

	http_scan(&scanner, bytes.data, bytes.length);
	return scanner.head_length > 0 ? scanner.start + scanner.head_length
				       : 0;
}

static struct slice
behind(struct slice bytes, size_t length)
{
	require(length <= bytes.length);
	return length == 0 ? bytes
			   : (struct slice){bytes.data + length,
				     bytes.length - length};
}

static bool
is_interrupted(const struct dialogue *dialogue)
{
	return (dialogue->choice & DIALOGUE_IS_INTERRUPTED) != 0;
}

static void
serve(struct dialogue *dialogue)
{
	static const struct service_settings service_settings;
	static const struct log_client client;
	static const struct service_context context = {
		.settings = &service_settings, .client = &client};
	struct http_head request;
	struct slice subprotocol;
	struct verdict verdict;
	struct buffer answer = {0};

	if (!connection_receive_request(dialogue->connection,
		    deadline_after(DEADLINE), &request, &verdict))
		return;
	verdict = heads_judge(&request, &subprotocol);
	if (!verdict_is_fine(verdict))
		return;
	require(deflate_accept(&request, &settings_of[ROLE_SERVER].deflate,
		&answer, &dialogue->agreement));
	buffer_release(&answer);
	atomic_store(&dialogue->interrupted, is_interrupted(dialogue));
	raw_serve(dialogue->connection, &request, &context);
}

/* In two slices, of which either may be empty. */
static void
answer(const struct dialogue *dialogue, const struct message *message)
{
	struct slice halves[] = {message->payload, message->payload};

	halves[0].length /= 2;
	halves[1] = behind(message->payload, halves[0].length);
	require(connection_send(
			dialogue->connection, message->opcode, halves, 2) ||
		is_interrupted(dialogue));
}

static void
converse(struct dialogue *dialogue)
{
	struct message message;

	while (connection_receive(dialogue->connection, &message))
		answer(dialogue, &message);
}

static void
converse_polled(struct dialogue *dialogue)
{
	struct connection *connection = dialogue->connection;
	enum connection_progress progress;
	struct message message;

	connection_set_polled(connection, true);
	while ((progress = connection_step(connection, &message)) !=
		CONNECTION_ENDED) {
		require(progress == CONNECTION_MESSAGE);
		if (!opcode_is_control(message.opcode))
			answer(dialogue, &message);
	}
	connection_set_polled(connection, false);
}

static bool
connect_as_client(struct dialogue *dialogue)
{
	const struct deflate_settings *settings =
		&settings_of[ROLE_CLIENT].deflate;
	struct handshake_offer offer = {.host = slice_of("localhost"),
		.target = slice_of("/"),
		.key = PEER_KEY};
	struct buffer extensions = {0};
	struct http_head response;
	struct verdict verdict;
	bool is_open;

	require(deflate_offer(settings, &extensions));
	offer.extensions = buffer_bytes(&extensions);
	is_open = connection_request(dialogue->connection, &offer,
		deadline_after(DEADLINE), &response, &verdict);
	buffer_release(&extensions);
	if (is_open)
		require(deflate_check(&response, settings, &dialogue->agreement)
				.code == 0);
	atomic_store(&dialogue->interrupted, is_interrupted(dialogue));
	return is_open;
}

static void
hold(struct dialogue *dialogue, enum role role)
{
	if (role == ROLE_SERVER)
		serve(dialogue);
	else if (!connect_as_client(dialogue))
		return;
	else if ((dialogue->choice & DIALOGUE_IS_POLLED) != 0)
		converse_polled(dialogue);
	else
		converse(dialogue);
}

/* The code of the Close in frames as they were heard, 1006 for none. */
static unsigned
code_heard(struct slice heard)
{
	struct close_body body = {CLOSE_ABNORMAL, {NULL, 0}};

	while (heard.length > 0) {
		struct frame_header header;
		struct slice payload;
		size_t size;

		require(frame_header_decode(heard.data, heard.length,
				ROLE_CLIENT, false, &header, &size)
				.code == 0);
		heard = behind(heard, size);
		payload = (struct slice){
			heard.data, (size_t)header.payload_length};
		heard = behind(heard, payload.length);
		if (header.opcode == OPCODE_CLOSE)
			require(close_body_decode(payload, &body).code == 0);
	}
	return body.code;
}

static void
require_end(const struct dialogue *dialogue, struct slice heard)
{
	struct traffic_totals counts =
		traffic_totals(connection_traffic(dialogue->connection));
	struct connection_end end = connection_end(dialogue->connection);

	if (!is_interrupted(dialogue)) {
		require(counts.messages_in == counts.messages_out);
		require(counts.bytes_in == counts.bytes_out);
	}
	require(plain_utf8_is_valid(end.reason));
	/* A polled one reads on behind its Close, and tells what is wrong. */
	require(end.code == code_heard(heard) ||
		(is_interrupted(dialogue) && end.by == CLOSED_BY_US));
	require((end.by == CLOSED_BY_NOBODY) == (end.code == CLOSE_ABNORMAL));
}

/* What was sent behind the head, each message as one frame. */
static void
hear(const struct dialogue *dialogue, enum role role, struct buffer *heard)
{
	struct slice sent = buffer_bytes(&dialogue->memory.sent);
	struct frames frames = {
		ROLE_CLIENT, 1 << 20, dialogue->agreement.from_server};
	static const struct splits none;

	if (role == ROLE_CLIENT) {
		frames.role = ROLE_SERVER;
		frames.direction = dialogue->agreement.from_client;
	}
	require(frames_receive(&frames, behind(sent, head_length(sent)), none,
			frames_write_message, heard) == 0);
}

static void
expect(const struct dialogue *dialogue, enum role role, struct slice script,
	struct buffer *expected)
{
	struct frames frames = {
		role, MAX_MESSAGE, dialogue->agreement.from_client};
	static const struct splits none;

	if (role == ROLE_CLIENT)
		frames.direction = dialogue->agreement.from_server;
	frames_receive(&frames, behind(script, head_length(script)), none,
		frames_write_answer, expected);
}

static void
run(enum role role, struct slice script, struct splits splits, unsigned choice)
{
	struct dialogue dialogue = {.choice = choice};
	struct buffer heard = {0}, expected = {0};

	memory_transport_init(&dialogue.memory, script, SIZE_MAX);
	dialogue.memory.splits = splits;
	dialogue.connection = connection_new(&dialogue.memory.transport,
		&settings_of[role], &dialogue.interrupted);
	require(dialogue.connection != NULL);
	hold(&dialogue, role);
	connection_finish(dialogue.connection);
	hear(&dialogue, role, &heard);
	require_end(&dialogue, buffer_bytes(&heard));
	if (connection_was_open(dialogue.connection))
		expect(&dialogue, role, script, &expected);
	require(is_interrupted(&dialogue) ||
		slice_equals(buffer_bytes(&heard), buffer_bytes(&expected)));
	connection_linger(dialogue.connection);
	connection_free(dialogue.connection);
	require(dialogue.memory.closed);
	memory_transport_release(&dialogue.memory);
	buffer_release(&heard);
	buffer_release(&expected);
}

static const char *
head_of(enum role role, unsigned choice)
{
	static const char request[] = PEER_REQUEST, response[] = PEER_RESPONSE;
	static const char compressed_request[] =
		"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Key: " PEER_KEY
		"\r\nSec-WebSocket-Version: 13\r\n" PMD_FIELD "\r\n";
	static const char compressed_response[] = PEER_RESPONSE_WITH(PMD_FIELD);

	if ((choice & DIALOGUE_OPENS) == 0)
		return NULL;
	if ((choice & DIALOGUE_COMPRESSES) == 0)
		return role == ROLE_SERVER ? request : response;
	return role == ROLE_SERVER ? compressed_request : compressed_response;
}

void
dialogue_try(enum role role, struct slice input)
{
	unsigned choice = input_take(&input);
	struct splits splits = input_take_splits(&input), none = {{NULL, 0}, 0};
	struct buffer script = {0};

	require(buffer_append_string(&script, head_of(role, choice)));
	require(buffer_append(&script, input));
	run(role, buffer_bytes(&script), none, choice);
	run(role, buffer_bytes(&script), splits, choice);
	buffer_release(&script);
}
