/* SPDX-License-Identifier: MIT */
/* Looking names up, however long the system takes. */
#ifndef TRANSPORT_LOOKUP_H
#define TRANSPORT_LOOKUP_H

#include "transport/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether a name is localhost, or ends in .localhost: this machine, and never
 * a question for a name server (RFC 6761 section 6.3).
 */
bool lookup_is_localhost(const char *host);

/*
 * Stores at most size addresses of a host, the system's favourite first; of
 * such names and of addresses without asking. Returns how many, or 0 with a
 * phrase in *why, which is NULL when the deadline (of transport/clock.h) has
 * passed. The system cannot be made to give up: a thread of its own may then
 * still wait for it.
 */
size_t lookup(const char *host, unsigned port, int64_t deadline,
	struct address *addresses, size_t size, const char **why);

#endif
