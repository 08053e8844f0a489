/* SPDX-License-Identifier: MIT */
/* A connection under test, and what its peer says and hears in memory. */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include "memory_transport.h"
#include "suite.h"
#include "websocket/connection.h"

/* The first byte of a frame is one of these with an opcode, or without. */
#define FIN 0x80
#define RSV1 0x40

#define PEER_REQUEST                                                           \
	"GET /chat HTTP/1.1\r\n"                                               \
	"Host: localhost\r\n"                                                  \
	"Upgrade: websocket\r\n"                                               \
	"Connection: Upgrade\r\n"                                              \
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"                      \
	"Sec-WebSocket-Version: 13\r\n"                                        \
	"\r\n"
#define PEER_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define PEER_KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define PEER_RESPONSE_WITH(fields)                                             \
	"HTTP/1.1 101 Switching Protocols\r\n"                                 \
	"Upgrade: websocket\r\n"                                               \
	"Connection: Upgrade\r\n"                                              \
	"Sec-WebSocket-Accept: " PEER_ACCEPT "\r\n" fields "\r\n"
#define PEER_RESPONSE PEER_RESPONSE_WITH("")

struct peer {
	struct memory_transport memory;
	struct connection_settings settings; /* of the connection */
	struct connection *connection;
	atomic_bool interrupted;
	struct buffer script; /* what the peer will say */
	struct buffer later;  /* the same, after a silence */
	struct buffer heard;  /* what it has not yet been asked about */
	size_t heard_of_sent;
};

/* A connection in the role; settings may be changed until peer_open. */
void peer_init(struct peer *peer, enum role role);
void peer_release(struct peer *peer);

/* Add to the script. */
void peer_says(struct peer *peer, unsigned first_byte, const char *payload);
void peer_says_bytes(
	struct peer *peer, unsigned first_byte, struct slice payload);
void peer_says_close(struct peer *peer, unsigned code, const char *reason);
void peer_says_raw(struct peer *peer, struct slice bytes);

/* From now on, additions are said after a silence. */
void peer_pauses(struct peer *peer);

/* Runs the opening handshake in a variant of memory_transport.h. */
void peer_open(struct peer *peer, int variant);

/* Echoes until the connection is no longer open, as the service does. */
void peer_is_served(struct peer *peer);

/* What the connection sent is, from where the last of these stopped: */
void peer_hears(struct peer *peer, unsigned first_byte, const char *payload);
void peer_hears_bytes(
	struct peer *peer, unsigned first_byte, struct slice payload);
void peer_hears_close(struct peer *peer, unsigned code, const char *reason);
void peer_hears_raw(struct peer *peer, struct slice bytes);
void peer_hears_nothing(struct peer *peer);

/* The connection ended so. */
void peer_saw_end(struct peer *peer, unsigned code, enum closed_by by,
	const char *reason);

/* The opening, the service, and the peer's Close with 1000 at the end. */
void peer_is_served_and_closes(struct peer *peer, int variant);

/* Nothing was left to hear then but the answer to that Close. */
void peer_was_served(struct peer *peer);

/*
 * Takes the next frame off what was heard: unmasks its payload, which lives
 * until the next call, and stores the key it was masked with.
 */
unsigned peer_takes_frame(struct peer *peer, struct slice *payload,
	unsigned char key[FRAME_MASKING_KEY_SIZE]);

#endif
