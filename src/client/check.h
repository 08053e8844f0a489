/* SPDX-License-Identifier: MIT */
/* Conformance checks of a server: RFC 6455, and RFC 9112 below it. */
#ifndef CLIENT_CHECK_H
#define CLIENT_CHECK_H

#include "protocol/handshake.h"
#include "transport/transport.h"

#include <stdio.h>

/* The server, and what a right request to it holds. Times in milliseconds. */
struct check_target {
	/*
	 * A fresh connection, with TLS where there is to be any, made until
	 * the deadline (of transport/clock.h); the check closes it. NULL when
	 * there is none.
	 */
	struct transport *(*connect)(void *state, int64_t deadline);
	void *state;
	bool is_secure;			     /* TLS */
	const struct handshake_offer *offer; /* but for extensions and key */
	int64_t opening_limit; /* until the request is answered, at least 1 */
	int64_t check_limit;   /* for one check, at least 1 */
	int64_t total_limit;   /* for all of them, at least 1 */
};

/*
 * Runs all checks and writes a line for each: ok, warn or FAIL, the section,
 * what is demanded there and, when not ok, what was seen; then a line that
 * counts them. Bytes of the server are escaped. Returns whether none failed.
 */
bool check_run(const struct check_target *target, FILE *output);

#endif
