/* SPDX-License-Identifier: MIT */
/* Pings sent at an interval, and how long their pongs take. */
#ifndef CLIENT_PINGER_H
#define CLIENT_PINGER_H

#include "websocket/connection.h"

#include <time.h>

#define PINGER_PAYLOAD_SIZE 24

/* No server is given up before it was silent for so long (milliseconds). */
#define PINGER_PATIENCE 20000

struct pinger {
	int64_t interval; /* milliseconds, 0: never */
	int64_t next_at;  /* of transport/clock.h, as all times here */
	int64_t asked_at; /* when the ping went that has no answer, 0: none */
	unsigned count;
	struct timespec sent;
	char payload[PINGER_PAYLOAD_SIZE]; /* of the last ping */
};

void pinger_init(struct pinger *pinger, int64_t interval);

/* When pinger_tend is to be called next, DEADLINE_NEVER for never. */
int64_t pinger_due(const struct pinger *pinger);

/*
 * Sends a ping if it is time. Returns false when one was not answered, and
 * nothing else was heard since, for the interval or PINGER_PATIENCE.
 */
bool pinger_tend(struct pinger *pinger, struct connection *connection,
	int64_t last_heard);

/*
 * Whether this is the answer to the last ping; stores how many milliseconds
 * it took.
 */
bool pinger_take(struct pinger *pinger, const struct message *message,
	double *milliseconds);

#endif
