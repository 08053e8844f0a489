/* SPDX-License-Identifier: MIT */
/* The server under load: where it is, and how it is reached. */
#ifndef BENCH_DESTINATION_H
#define BENCH_DESTINATION_H

#include "bench/options.h"
#include "bench/result.h"
#include "transport/address.h"
#include "transport/transport.h"

#include <openssl/types.h>

#define DESTINATION_HOST_SIZE 256

struct destination {
	struct address address; /* the one that answered */
	SSL_CTX *tls;		/* NULL: plain */
	char host[DESTINATION_HOST_SIZE];
	bool spreads;
	uint32_t sources; /* addresses used so far, if it spreads */
};

/*
 * Looks the server up and connects to it, for this first time as wsclient
 * does. Returns the descriptor, which does not block, or -1: the result tells
 * why. Connections from loopback addresses are then spread over 127.0.0.0/8 if
 * they are many, idle or short-lived, for each address has only so many ports.
 */
int destination_open(struct destination *destination,
	const struct bench_options *options, struct result *result);
void destination_release(struct destination *destination);

/*
 * Begins to connect; the descriptor can be written to when that has ended.
 * Returns -1 with errno on failure, EAGAIN where too many wait at a Unix socket
 * already.
 */
int destination_connect(struct destination *destination);

/* A transport that owns the descriptor, now closed if memory is short: NULL. */
struct transport *destination_transport(
	const struct destination *destination, int descriptor);

#endif
