/* SPDX-License-Identifier: MIT */
#include "fake_server.h"

#include "suite.h"
#include "transport/clock.h"
#include "transport/tcp.h"
#include "websocket/connection.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE 5000

/* More than any check sends. */
#define REQUEST_MAX 70000

static const struct connection_settings settings = {.role = ROLE_SERVER,
	.max_message = 1 << 20,
	.send_timeout = PATIENCE,
	.grace = PATIENCE};

static void
send_with(struct connection *connection, const char *prefix,
	struct slice payload, enum opcode opcode)
{
	struct slice slices[] = {slice_of(prefix), payload};

	connection_send(connection, opcode, slices, 2);
}

static void
echo_text(const struct fake_server *server, struct connection *connection,
	struct slice payload, unsigned number)
{
	char prefix[20];

	snprintf(prefix, sizeof(prefix), "%u ", number);
	send_with(connection, server->numbers_texts ? prefix : server->prefix,
		payload, OPCODE_TEXT);
}

static void
echo(const struct fake_server *server, struct connection *connection)
{
	struct message message;

	if (server->greeting != NULL)
		send_with(connection, server->greeting, slice_of(""),
			OPCODE_TEXT);
	for (unsigned i = 1; connection_receive(connection, &message); i++) {
		if (server->raw.length > 0) {
			connection_send_raw(connection, server->raw);
			continue;
		}
		if (message.opcode == OPCODE_TEXT && !server->ignores_text)
			echo_text(server, connection, message.payload, i);
		if (message.opcode == OPCODE_TEXT)
			continue;
		if (server->refuses_binary)
			connection_close(connection, 1003, "text only");
		else if (!server->ignores_binary)
			send_with(connection, NULL, message.payload,
				OPCODE_BINARY);
	}
}

/* Stores the subprotocol that is selected. */
static struct verdict
judge(const struct fake_server *server, struct connection *connection,
	struct http_head *request, struct slice *subprotocol)
{
	struct slice demanded = slice_of(server->subprotocol);
	struct slice origin = {NULL, 0};
	struct verdict verdict;

	if (!connection_receive_request(
		    connection, deadline_after(PATIENCE), request, &verdict))
		return verdict_is_fine(verdict) ? (struct verdict){400, "gone"}
						: verdict;
	verdict = handshake_check_http(request);
	if (!verdict_is_fine(verdict))
		return verdict;
	if (!handshake_is_requested(request))
		return (struct verdict){426, "no upgrade"};
	verdict = handshake_check_request(request);
	if (!verdict_is_fine(verdict))
		return verdict;
	http_field_find(request, "Origin", &origin);
	if (!slice_equals(origin, slice_of(server->origin)))
		return (struct verdict){403, "another origin"};
	verdict = handshake_select_subprotocol(
		request, &demanded, 1, subprotocol);
	if (verdict_is_fine(verdict) && subprotocol->length < demanded.length)
		return (struct verdict){400, "no subprotocol"};
	return verdict;
}

static void
refuse(struct connection *connection, unsigned status)
{
	char text[200];

	snprintf(text, sizeof(text),
		"HTTP/1.1 %u Refused\r\n"
		"Sec-WebSocket-Version: 13\r\n"
		"Connection: close\r\n\r\n",
		status);
	connection_send_raw(connection, slice_of(text));
}

static void
serve_right(const struct fake_server *server)
{
	struct transport *transport = tcp_new(server->descriptor, 0);
	struct connection *connection =
		connection_new(transport, &settings, NULL);
	struct http_head request;
	struct slice subprotocol = {NULL, 0};
	struct verdict verdict =
		judge(server, connection, &request, &subprotocol);

	if (verdict_is_fine(verdict)) {
		connection_accept(connection, &request, subprotocol);
		echo(server, connection);
	} else {
		refuse(connection, verdict.code);
	}
	connection_finish(connection);
	connection_linger(connection);
	connection_free(connection);
}

/* Leaves what follows the request where it is. */
static void
receive_request(int descriptor, char *request, size_t size)
{
	size_t length = 0;

	while (length < size - 1 &&
		recv(descriptor, request + length, 1, 0) == 1) {
		length++;
		if (length >= 4 &&
			memcmp(request + length - 4, "\r\n\r\n", 4) == 0)
			break;
	}
	request[length] = '\0';
}

static bool
send_all(int descriptor, const char *data, size_t length)
{
	return send(descriptor, data, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static void
send_head(int descriptor, const char *head, const char *request)
{
	static const char name[] = "Sec-WebSocket-Key: ";
	const char *key = strstr(request, name);
	const char *mark = strstr(head, FAKE_ACCEPT);
	char accept[HANDSHAKE_ACCEPT_LENGTH + 1] = "";

	if (key != NULL)
		ck_assert(handshake_accept((struct slice){key + strlen(name),
						   HANDSHAKE_KEY_LENGTH},
			accept));
	if (mark != NULL) {
		send_all(descriptor, head, (size_t)(mark - head));
		send_all(descriptor, accept, strlen(accept));
		head = mark + strlen(FAKE_ACCEPT);
	}
	send_all(descriptor, head, strlen(head));
}

/* Keeps the first of it. */
static void
hear_the_rest(struct fake_server *server)
{
	char rest[4096];
	ssize_t received;

	do {
		size_t room = sizeof(server->heard) - server->heard_length;

		received = recv(server->descriptor, rest, sizeof(rest), 0);
		if (received > 0 && (size_t)received <= room) {
			memcpy(server->heard + server->heard_length, rest,
				(size_t)received);
			server->heard_length += (size_t)received;
		}
	} while (received > 0);
}

static void
converse(struct fake_server *server)
{
	const struct fake_script *script = server->script;
	int descriptor = server->descriptor;
	char request[REQUEST_MAX];

	receive_request(descriptor, request, sizeof(request));
	if (script->head != NULL)
		send_head(descriptor, script->head, request);
	if (script->reply.length > 0 && recv(descriptor, request, 1, 0) == 1)
		send_all(descriptor, script->reply.data, script->reply.length);
	while (script->end == FAKE_FLOODS &&
		send_all(descriptor, script->reply.data, script->reply.length))
		continue;
	if (script->end == FAKE_ENDS)
		shutdown(descriptor, SHUT_WR);
	if (script->end != FAKE_RESETS)
		hear_the_rest(server);
}

static void
serve_script(struct fake_server *server)
{
	struct pollfd hang_up = {.fd = server->descriptor};
	struct linger none = {.l_onoff = 1};

	if (server->script->end == FAKE_DEAF)
		poll(&hang_up, 1, -1);
	else
		converse(server);
	if (server->script->end == FAKE_RESETS)
		setsockopt(server->descriptor, SOL_SOCKET, SO_LINGER, &none,
			sizeof(none));
	close(server->descriptor);
}

static void *
serve(void *state)
{
	struct fake_server *server = state;

	if (server->script != NULL)
		serve_script(server);
	else
		serve_right(server);
	return NULL;
}

void
fake_server_stop(struct fake_server *server)
{
	if (server->is_running)
		pthread_join(server->thread, NULL);
	server->is_running = false;
}

/* A stream that is short for the deaf, and can be reset where it has to. */
static void
make_pair(const struct fake_script *script, int pair[2])
{
	int small = 1;

	if (script != NULL && script->end == FAKE_RESETS) {
		suite_tcp_pair(pair);
		return;
	}
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	if (script != NULL && script->end == FAKE_DEAF)
		setsockopt(
			pair[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
}

struct transport *
fake_server_connect(void *state, int64_t deadline)
{
	struct fake_server *server = state;
	int pair[2];

	ck_assert_int_ne(deadline_left(deadline), 0);
	if (server->is_away)
		return NULL;
	fake_server_stop(server);
	make_pair(server->script, pair);
	server->descriptor = pair[0];
	server->connections++;
	ck_assert_int_eq(
		pthread_create(&server->thread, NULL, serve, server), 0);
	server->is_running = true;
	return tcp_new(pair[1], 0);
}

struct check_target
fake_server_target(struct fake_server *server)
{
	server->offer = (struct handshake_offer){
		.host = slice_of("localhost"), .target = slice_of("/chat")};
	return (struct check_target){.connect = fake_server_connect,
		.state = server,
		.offer = &server->offer,
		.opening_limit = PATIENCE,
		.check_limit = PATIENCE,
		.total_limit = 10 * PATIENCE};
}
