/* SPDX-License-Identifier: MIT */
/* The connections that load a server, and what they say and hear. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "channel.h"
#include "messages.h"
#include "replies.h"

#include <stdint.h>

/* What to do, the same for all connections. */
struct load {
	const char *host, *port, *path;
	long connections, size, in_flight;
	double seconds;
	long pid;
	bool websocket;
	bool compresses;
	struct messages messages;
	SSL_CTX *tls; /* NULL: plain */
	int epoll;
};

/* What it sends is an endless repetition of out. */
struct peer {
	struct channel channel;
	char *out;
	size_t out_size;
	size_t frames; /* in out */
	size_t *ends;  /* of these frames, in out */
	uint64_t sent; /* bytes of all frames */
	struct replies replies;
	bool is_blocked;
};

/* Exits when the server does not answer a handshake as asked. */
void open_websocket(struct channel *channel, const struct load *load);

/* Connects and adds itself to load->epoll. Exits on failure. */
void peer_open(struct peer *peer, const struct load *load);
void peer_close(struct peer *peer);

/* Sends what in_flight allows, as far as the socket takes it. */
void peer_send(struct peer *peer, const struct load *load);

/* Receives what is there. Exits when it is not what was sent. */
void peer_receive(struct peer *peer);

#endif
