/* SPDX-License-Identifier: MIT */
/* A server in a thread for each connection: a right one, or one by script. */
#ifndef TESTS_FAKE_SERVER_H
#define TESTS_FAKE_SERVER_H

#include "client/check.h"

#include <pthread.h>
#include <stdbool.h>

/* Stands for the right value of Sec-WebSocket-Accept in a head. */
#define FAKE_ACCEPT "$ACCEPT"

#define FAKE_101_BEGIN                                                         \
	"HTTP/1.1 101 Switching Protocols\r\n"                                 \
	"Upgrade: websocket\r\n"                                               \
	"Connection: Upgrade\r\n"
#define FAKE_101_OTHERWISE_RIGHT                                               \
	FAKE_101_BEGIN "Sec-WebSocket-Accept: " FAKE_ACCEPT "\r\n"
#define FAKE_101 FAKE_101_OTHERWISE_RIGHT "\r\n"

/* What becomes of a connection when all is said. */
enum fake_end {
	FAKE_SILENT,
	FAKE_ENDS,
	FAKE_RESETS,
	FAKE_FLOODS, /* says its reply again and again */
	FAKE_DEAF,   /* silent, and nothing was ever received */
};

/* What a server by script says, whatever it hears. */
struct fake_script {
	const char *head;   /* NULL: none at all */
	struct slice reply; /* to the first bytes behind the request */
	enum fake_end end;
};

struct fake_server {
	const struct fake_script *script; /* NULL: it is a right one */
	const char *greeting;		  /* a text before all others */
	const char *prefix;		  /* before each text that it echoes */
	struct slice raw;		  /* bytes in the place of each echo */
	bool numbers_texts;		  /* in the place of a prefix */
	bool ignores_text;
	bool ignores_binary;
	bool refuses_binary;
	const char *origin;	 /* that a request has to name, NULL: none */
	const char *subprotocol; /* that a request has to offer, NULL: none */
	bool is_away;		 /* there is no connection to be had */
	unsigned connections;
	char heard[64]; /* what one by script was told behind its reply */
	size_t heard_length;
	int descriptor;
	pthread_t thread;
	bool is_running;
	struct handshake_offer offer; /* of the target */
};

/* As check_target.connect; the state is the struct. */
struct transport *fake_server_connect(void *server, int64_t deadline);

/* Waits until the last connection has ended. */
void fake_server_stop(struct fake_server *server);

/* What leads a check there. */
struct check_target fake_server_target(struct fake_server *server);

#endif
