/* SPDX-License-Identifier: MIT */
/* What has become of connections, counted in few classes. */
#ifndef SERVER_TALLY_H
#define SERVER_TALLY_H

#include "protocol/verdict.h"
#include "websocket/connection.h"

/* Sentences of verdicts that are classes of their own. */
#define TALLY_TOO_MANY_CLIENTS "too many clients"
#define TALLY_TOO_MANY_PENDING "too many pending connections"
#define TALLY_TOO_MANY_OF_HOST "too many connections from your address"
#define TALLY_GOING_AWAY "going away"
#define TALLY_NO_PROXY "not a trusted proxy"

#define TALLY_REASONS 17
#define TALLY_CODES 17
#define TALLY_ENDERS 3
#define TALLY_BOUNDS 14

/* All zero at the start. */
struct tally {
	uint64_t refused[TALLY_REASONS];
	uint64_t ended[TALLY_CODES][TALLY_ENDERS];
	uint64_t handshakes[TALLY_BOUNDS + 1]; /* the last: longer ones */
	uint64_t handshake_time;	       /* of all, microseconds */
};

/* Somebody was turned away; the code is 0 where nobody could be answered. */
void tally_refusal(struct tally *tally, struct verdict verdict);

void tally_end(struct tally *tally, struct connection_end end);

/* A client was taken; the time is in microseconds. */
void tally_handshake(struct tally *tally, int64_t took);

uint64_t tally_refusals(const struct tally *tally);

/* What the classes are called, and the bounds of times in microseconds. */
const char *tally_reason_name(size_t reason);
const char *tally_code_name(size_t code);
const char *tally_ender_name(enum closed_by by);
int64_t tally_bound(size_t bound);

#endif
