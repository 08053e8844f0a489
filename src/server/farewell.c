/* SPDX-License-Identifier: MIT */
#include "server/farewell.h"

#include "server/pages.h"
#include "transport/clock.h"

#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE 1000
#define UNREAD_PIECES_MAX 64

/* Takes off what has come, so that closing sends no reset if it can. */
static void
close_first(struct farewells *farewells)
{
	int descriptor = farewells->waiting[farewells->first].descriptor;
	char unread[PAGE_SIZE_MAX];

	for (int i = 0; i < UNREAD_PIECES_MAX; i++)
		if (recv(descriptor, unread, sizeof(unread), MSG_DONTWAIT) <= 0)
			break;
	close(descriptor);
	farewells->first = (farewells->first + 1) % FAREWELLS_MAX;
	farewells->count--;
}

void
farewell_say(
	struct farewells *farewells, int descriptor, struct verdict verdict)
{
	char page[PAGE_SIZE_MAX];
	struct slice bytes = page_write(page, verdict, true);
	size_t last;

	send(descriptor, bytes.data, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(descriptor, SHUT_WR);
	if (farewells->count == FAREWELLS_MAX)
		close_first(farewells);
	last = (farewells->first + farewells->count++) % FAREWELLS_MAX;
	farewells->waiting[last].descriptor = descriptor;
	farewells->waiting[last].until = deadline_after(PATIENCE);
}

int64_t
farewells_expire(struct farewells *farewells)
{
	while (farewells->count > 0) {
		int64_t until = farewells->waiting[farewells->first].until;

		if (deadline_left(until) > 0)
			return until;
		close_first(farewells);
	}
	return DEADLINE_NEVER;
}

void
farewells_close(struct farewells *farewells)
{
	while (farewells->count > 0)
		close_first(farewells);
}
