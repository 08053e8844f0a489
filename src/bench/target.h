/* SPDX-License-Identifier: MIT */
/* The server under load: where it is, and how it is reached. */
#ifndef BENCH_TARGET_H
#define BENCH_TARGET_H

#include "bench/options.h"
#include "bench/result.h"
#include "transport/address.h"
#include "transport/transport.h"

#include <openssl/types.h>

#define TARGET_HOST_SIZE 256

struct target {
	struct address address; /* the one that answered */
	SSL_CTX *tls;		/* NULL: plain */
	char host[TARGET_HOST_SIZE];
	bool spreads;
	uint32_t sources; /* addresses used so far, if it spreads */
};

/*
 * Looks the server up and connects to it, for this first time as wsclient
 * does. Returns the descriptor, which does not block, or -1: the result tells
 * why. Connections from loopback addresses are then spread over 127.0.0.0/8 if
 * they are many or short-lived, for each address has only so many ports.
 */
int target_open(struct target *target, const struct bench_options *options,
	struct result *result);
void target_release(struct target *target);

/*
 * Begins to connect; the descriptor can be written to when that has ended.
 * Returns -1 with errno on failure.
 */
int target_connect(struct target *target);

/* A transport that owns the descriptor, now closed if memory is short: NULL. */
struct transport *target_transport(const struct target *target, int descriptor);

#endif
