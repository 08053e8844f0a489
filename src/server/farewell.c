/* SPDX-License-Identifier: MIT */
#include "server/farewell.h"

#include "protocol/response.h"
#include "transport/clock.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 1000
#define UNREAD_PIECES_MAX 64
#define UNREAD_PIECE 1024

/* Takes off what has come, so that closing sends no reset if it can. */
static void
close_first(struct farewells *farewells)
{
	int descriptor = farewells->waiting[farewells->first].descriptor;
	char unread[UNREAD_PIECE];

	for (int i = 0; i < UNREAD_PIECES_MAX; i++)
		if (recv(descriptor, unread, sizeof(unread), MSG_DONTWAIT) <= 0)
			break;
	close(descriptor);
	farewells->first = (farewells->first + 1) % FAREWELLS_MAX;
	farewells->count--;
}

static struct iovec
piece_of(struct slice slice)
{
	return (struct iovec){(void *)(uintptr_t)slice.data, slice.length};
}

static bool
send_refusal(int descriptor, struct verdict verdict)
{
	char head[RESPONSE_HEAD_SIZE], line[RESPONSE_LINE_SIZE];
	struct response response = response_refuse(verdict, line);
	struct iovec pieces[] = {
		piece_of(response_write_head(&response, time(NULL), head)),
		piece_of(response_content(&response)),
	};
	struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};

	return sendmsg(descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
}

bool
farewell_say(
	struct farewells *farewells, int descriptor, struct verdict verdict)
{
	bool is_sent = send_refusal(descriptor, verdict);
	size_t last;

	shutdown(descriptor, SHUT_WR);
	if (farewells->count == FAREWELLS_MAX)
		close_first(farewells);
	last = (farewells->first + farewells->count++) % FAREWELLS_MAX;
	farewells->waiting[last].descriptor = descriptor;
	farewells->waiting[last].until = deadline_after(PATIENCE);
	return is_sent;
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
