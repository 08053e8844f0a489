/* SPDX-License-Identifier: MIT */
/* The client's end of a check: it may send anything, and has a deadline. */
#ifndef CLIENT_CHECK_PEER_H
#define CLIENT_CHECK_PEER_H

#include "protocol/assembler.h"
#include "protocol/http.h"
#include "websocket/stream.h"

enum check_event {
	CHECK_RECEIVED, /* what was asked for */
	CHECK_SILENCE,	/* not by the deadline */
	CHECK_END,	/* the server will send no more */
	CHECK_LOST,	/* check_peer_error says why */
	CHECK_WRONG,	/* the verdict says what no server may send */
};

struct check_peer {
	struct stream stream;
	struct assembler assembler;
	struct verdict verdict;
	int64_t deadline;
};

/* Owns the transport from now on. */
void check_peer_init(
	struct check_peer *peer, struct transport *transport, int64_t deadline);
void check_peer_release(struct check_peer *peer);

/* Makes the transport ready for bytes, which TLS takes some for itself. */
enum check_event check_peer_open(struct check_peer *peer);

/* Why the stream was lost just now. */
const char *check_peer_error(const struct check_peer *peer);

/*
 * Sends bytes as they are, by the deadline. What a server does not take shows
 * in what it answers, so nothing is returned.
 */
void check_peer_send(struct check_peer *peer, struct slice bytes);

/* As check_peer_send, but a byte in each call. */
void check_peer_drip(struct check_peer *peer, struct slice bytes);

/*
 * Appends a masked frame. The first byte holds FIN, RSV1 to RSV3 and the
 * opcode. Returns false when memory is short.
 */
bool check_frame_write(
	struct buffer *output, unsigned first_byte, struct slice payload);

/* The slices of the response live until the next call of either function. */
enum check_event check_peer_receive_head(
	struct check_peer *peer, struct http_head *response);

/* A message or a control frame, valid until the next call. */
enum check_event check_peer_receive(
	struct check_peer *peer, struct message *message);

#endif
