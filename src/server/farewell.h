/* SPDX-License-Identifier: MIT */
/* Refusals without a worker: said at once, the socket closed a moment later. */
#ifndef SERVER_FAREWELL_H
#define SERVER_FAREWELL_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/verdict.h"

#define FAREWELLS_MAX 128

/*
 * A socket closed while its peer still sends is reset, and the refusal lost
 * with it; so the last few wait a second, in the order they came. All zero at
 * the start.
 */
struct farewells {
	struct {
		int descriptor;
		int64_t until;
	} waiting[FAREWELLS_MAX];
	size_t first;
	size_t count;
};

/*
 * Sends a refusal without blocking, and takes over the descriptor. Returns
 * whether it could be sent.
 */
bool farewell_say(
	struct farewells *farewells, int descriptor, struct verdict verdict);

/* Closes those whose time has come. Returns when to call again. */
int64_t farewells_expire(struct farewells *farewells);

void farewells_close(struct farewells *farewells);

#endif
