/* SPDX-License-Identifier: MIT */
#include "client/pinger.h"

#include "transport/clock.h"

#include <stdio.h>

void
pinger_init(struct pinger *pinger, int64_t interval)
{
	*pinger = (struct pinger){
		.interval = interval, .next_at = deadline_after(interval)};
}

int64_t
pinger_due(const struct pinger *pinger)
{
	return pinger->next_at;
}

static bool
is_silent(const struct pinger *pinger, int64_t last_heard)
{
	int64_t patience = pinger->interval > PINGER_PATIENCE ? pinger->interval
							      : PINGER_PATIENCE;
	int64_t since = pinger->asked_at;

	if (since == 0)
		return false;
	if (last_heard > since)
		since = last_heard;
	return clock_now() - since >= patience;
}

static void
ping(struct pinger *pinger, struct connection *connection)
{
	struct slice payload = {pinger->payload, 0};

	payload.length = (size_t)snprintf(pinger->payload,
		sizeof(pinger->payload), "ping %u", ++pinger->count);
	clock_gettime(CLOCK_MONOTONIC, &pinger->sent);
	connection_send(connection, OPCODE_PING, &payload, 1);
	if (pinger->asked_at == 0)
		pinger->asked_at = clock_now();
}

bool
pinger_tend(struct pinger *pinger, struct connection *connection,
	int64_t last_heard)
{
	if (deadline_left(pinger->next_at) > 0)
		return true;
	if (is_silent(pinger, last_heard))
		return false;
	ping(pinger, connection);
	pinger->next_at = deadline_after(pinger->interval);
	return true;
}

bool
pinger_take(struct pinger *pinger, const struct message *message,
	double *milliseconds)
{
	struct timespec now;

	if (message->opcode != OPCODE_PONG || pinger->count == 0 ||
		!slice_equals(message->payload, slice_of(pinger->payload)))
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	*milliseconds = (double)(now.tv_sec - pinger->sent.tv_sec) * 1e3 +
			(double)(now.tv_nsec - pinger->sent.tv_nsec) / 1e6;
	pinger->asked_at = 0;
	return true;
}
