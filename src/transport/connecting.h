/* SPDX-License-Identifier: MIT */
/* From a name to a connected socket: RFC 8305 sections 3 to 5. */
#ifndef TRANSPORT_CONNECTING_H
#define TRANSPORT_CONNECTING_H

#include "transport/address.h"

#include <stdint.h>

/* How long an address is alone before the next one is tried beside it. */
#define CONNECTING_DELAY 250

/* More addresses of a name are not tried. */
#define CONNECTING_ADDRESSES_MAX 16

struct connecting_failure {
	bool timed_out;
	const char *why; /* a phrase: constant, or the system's */
};

/*
 * Looks a name up, or reads an address, and connects to what it stands for:
 * to IPv6 and IPv4 in turns, to the next one when one has failed or is slow.
 * Returns a blocking socket, closed on exec, or -1 when nothing answered
 * before the deadline (of transport/clock.h).
 */
int connecting_open(const char *host, unsigned port, int64_t deadline,
	struct connecting_failure *failure);

/* The same for the path of a Unix socket. */
int connecting_open_unix(
	const char *path, int64_t deadline, struct connecting_failure *failure);

/* The same for addresses that are known, of at most CONNECTING_ADDRESSES_MAX.
 */
int connecting_open_any(const struct address *addresses, size_t count,
	int64_t deadline, struct connecting_failure *failure);

#endif
