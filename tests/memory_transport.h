/* SPDX-License-Identifier: MIT */
/* A transport whose peer is a script in memory. */
#ifndef TESTS_MEMORY_TRANSPORT_H
#define TESTS_MEMORY_TRANSPORT_H

#include "protocol/buffer.h"
#include "transport/transport.h"

#include <stdbool.h>

/*
 * What the peer will have sent is input; what was sent to it ends up in
 * sent. A call moves chunk bytes at most. Behind the input comes the end, or
 * with stalls set, time limits pass at once (EAGAIN).
 */
struct memory_transport {
	struct transport transport;
	struct slice input;
	struct buffer sent;
	size_t chunk;
	bool stalls;
	int receive_failure; /* errno of receive behind the input, if not 0 */
	int send_failure;    /* errno of each send, if not 0 */
	bool interrupts;     /* every second call fails with EINTR first */
	unsigned calls;
	unsigned sends;
	unsigned receives;
	bool finished;
	bool closed;
};

/* The caller keeps the struct; closing it only sets closed. */
void memory_transport_init(
	struct memory_transport *memory, struct slice input, size_t chunk);

void memory_transport_release(struct memory_transport *memory);

#endif
