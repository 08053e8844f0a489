/* SPDX-License-Identifier: MIT */
/* A transport whose peer is a script in memory. */
#ifndef TESTS_MEMORY_TRANSPORT_H
#define TESTS_MEMORY_TRANSPORT_H

#include "protocol/buffer.h"
#include "splits.h"
#include "transport/transport.h"

#include <stdbool.h>

/*
 * What the peer will have sent is input; what was sent to it ends up in
 * sent. A call moves chunk bytes at most, and a piece of the splits. Behind the
 * input comes, after a silence in which one time limit passes, what it says
 * later; then the end, or with stalls set, time limits pass at once (EAGAIN).
 */
struct memory_transport {
	struct transport transport;
	struct slice input;
	struct slice later;
	struct buffer sent;
	size_t chunk;
	struct splits splits;
	bool stalls;
	int receive_failure; /* errno of receive behind the input, if not 0 */
	int send_failure;    /* errno of each send, if not 0 */
	bool advances;	     /* as it tells who asks */
	bool interrupts;     /* every second call fails with EINTR first */
	unsigned calls;
	unsigned sends;
	unsigned receives;
	unsigned waits;
	size_t room;	      /* offered to the last receive */
	const void *borrowed; /* whether a piece sent began here ... */
	bool borrowed_was_sent;
	int64_t receive_limit; /* as they were set last */
	int64_t send_limit;
	bool finished;
	bool was_reset;
	bool closed;
};

/* The caller keeps the struct; closing it only sets closed. */
void memory_transport_init(
	struct memory_transport *memory, struct slice input, size_t chunk);

/*
 * The same for one of the variants that stream tests are repeated in: each
 * chunk size, with and without interrupts.
 */
#define MEMORY_TRANSPORT_VARIANTS 16
void memory_transport_init_variant(
	struct memory_transport *memory, struct slice input, int variant);

void memory_transport_release(struct memory_transport *memory);

#endif
