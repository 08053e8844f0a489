/* SPDX-License-Identifier: MIT */
/* What peer.c and peer_opening.c have of each other. */
#ifndef BENCH_PEER_STATE_H
#define BENCH_PEER_STATE_H

#include "bench/peer.h"
#include "bench/status.h"

#include <sys/types.h>

/* Whether the opening handshake is done, and the connection not gone. */
bool peer_is_there(const struct peer *peer);

/* Counts the failure, tells why if it is the first, and drops the peer. */
void peer_fail(struct peer *peer, struct load *load, enum bench_status status,
	const char *why);

/* The same for a transport that has failed: errno, or TLS, says why. */
void peer_lose(struct peer *peer, struct load *load, enum bench_status status);

/* Has epoll tell of these events, and no others. */
void peer_watch(struct peer *peer, struct load *load, uint32_t events);

/*
 * As the transport's receive, but the end is ECONNRESET, and EINTR is dealt
 * with.
 */
ssize_t peer_receive(struct peer *peer, void *room, size_t size);

/* Takes bytes in that have come over an open connection. */
void peer_take(struct peer *peer, struct load *load, struct slice bytes);
void peer_receive_replies(struct peer *peer, struct load *load);

/* What comes next when the descriptor is ready, in each state before open. */
void peer_connected(struct peer *peer, struct load *load);
void peer_secure(struct peer *peer, struct load *load);
void peer_receive_answer(struct peer *peer, struct load *load);

#endif
