/* SPDX-License-Identifier: MIT */
#include "transport/connecting.h"

#include "transport/clock.h"
#include "transport/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* The attempts so far: those with a descriptor of 0 or more are under way. */
struct race {
	const struct address *addresses;
	size_t count;
	size_t started;
	int64_t next_at; /* when another address is tried beside */
	int failure;	 /* errno of the last attempt that failed */
	struct pollfd attempts[CONNECTING_ADDRESSES_MAX];
};

static int
race_drop(struct race *race, size_t index, int failure)
{
	close(race->attempts[index].fd);
	race->attempts[index].fd = -1;
	race->failure = failure;
	race->next_at = clock_now();
	return -1;
}

/* Tries the next address. Returns its descriptor if it answers at once. */
static int
race_start_next(struct race *race)
{
	size_t index = race->started++;
	const struct address *address = &race->addresses[index];
	int descriptor = socket(address->socket.any.sa_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	race->attempts[index] = (struct pollfd){descriptor, POLLOUT, 0};
	race->next_at = clock_now();
	if (descriptor < 0) {
		race->failure = errno;
		return -1;
	}
	if (connect(descriptor, &address->socket.any, address->length) == 0)
		return descriptor;
	if (errno != EINPROGRESS)
		return race_drop(race, index, errno);
	race->next_at += CONNECTING_DELAY;
	return -1;
}

/* The descriptor of an attempt that poll found ready, if it is connected. */
static int
race_judge(struct race *race, size_t index)
{
	int failure = 0;
	socklen_t length = sizeof(failure);

	if (getsockopt(race->attempts[index].fd, SOL_SOCKET, SO_ERROR, &failure,
		    &length) != 0)
		failure = errno;
	return failure == 0 ? race->attempts[index].fd
			    : race_drop(race, index, failure);
}

static bool
race_is_running(const struct race *race)
{
	for (size_t i = 0; i < race->started; i++)
		if (race->attempts[i].fd >= 0)
			return true;
	return race->started < race->count;
}

static int
milliseconds_until(const struct race *race, int64_t deadline)
{
	int64_t left = deadline_left(deadline);

	if (race->started < race->count && deadline_left(race->next_at) < left)
		left = deadline_left(race->next_at);
	return left > INT32_MAX ? INT32_MAX : (int)left;
}

/* Waits for an answer, or until it is time for another attempt. */
static int
race_wait(struct race *race, int64_t deadline)
{
	int descriptor = -1;

	if (poll(race->attempts, race->started,
		    milliseconds_until(race, deadline)) <= 0)
		return -1;
	for (size_t i = 0; i < race->started && descriptor < 0; i++)
		if (race->attempts[i].revents != 0)
			descriptor = race_judge(race, i);
	return descriptor;
}

static int
race_run(struct race *race, int64_t deadline)
{
	int winner = -1;

	while (winner < 0 && race_is_running(race)) {
		if (deadline_left(deadline) == 0) {
			race->failure = ETIMEDOUT;
			break;
		}
		if (race->started < race->count &&
			deadline_left(race->next_at) == 0)
			winner = race_start_next(race);
		else
			winner = race_wait(race, deadline);
	}
	for (size_t i = 0; i < race->started; i++)
		if (race->attempts[i].fd >= 0 && race->attempts[i].fd != winner)
			close(race->attempts[i].fd);
	return winner;
}

static int
set_blocking(int descriptor)
{
	int flags = fcntl(descriptor, F_GETFL);

	fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK);
	return descriptor;
}

static int
fail_with(struct connecting_failure *failure, int error)
{
	failure->timed_out = error == ETIMEDOUT;
	failure->why = strerror(error);
	return -1;
}

int
connecting_open_any(const struct address *addresses, size_t count,
	int64_t deadline, struct connecting_failure *failure)
{
	struct race race = {.addresses = addresses, .count = count};
	int winner = race_run(&race, deadline);

	if (winner < 0)
		return fail_with(failure, race.failure);
	return set_blocking(winner);
}

/* Section 4: the families take turns, the favourite one first. */
static void
interleave(struct address *addresses, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		sa_family_t last = addresses[i - 1].socket.any.sa_family;
		size_t other = i;
		struct address moved;

		while (other < count &&
			addresses[other].socket.any.sa_family == last)
			other++;
		if (other == count)
			return;
		moved = addresses[other];
		memmove(&addresses[i + 1], &addresses[i],
			(other - i) * sizeof(moved));
		addresses[i] = moved;
	}
}

int
connecting_open(const char *host, unsigned port, int64_t deadline,
	struct connecting_failure *failure)
{
	struct address addresses[CONNECTING_ADDRESSES_MAX];
	const char *why;
	size_t count = lookup(host, port, deadline, addresses,
		CONNECTING_ADDRESSES_MAX, &why);

	if (count == 0 && why == NULL)
		return fail_with(failure, ETIMEDOUT);
	if (count == 0) {
		*failure = (struct connecting_failure){false, why};
		return -1;
	}
	interleave(addresses, count);
	return connecting_open_any(addresses, count, deadline, failure);
}

static void
set_connect_limit(int descriptor, int64_t milliseconds)
{
	struct timeval limit = {.tv_sec = (time_t)(milliseconds / 1000),
		.tv_usec = (suseconds_t)(milliseconds % 1000 * 1000)};

	setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

/* Polling does not tell when a full backlog has room again; this waits. */
static int
connect_unix(
	int descriptor, const struct sockaddr_un *address, int64_t deadline)
{
	int result;

	do {
		if (deadline != DEADLINE_NEVER)
			set_connect_limit(
				descriptor, deadline_left(deadline) + 1);
		result = connect(descriptor, (const struct sockaddr *)address,
			sizeof(*address));
	} while (result < 0 && errno == EINTR);
	return result;
}

int
connecting_open_unix(
	const char *path, int64_t deadline, struct connecting_failure *failure)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(path);
	int error, descriptor;

	if (length >= sizeof(address.sun_path))
		return fail_with(failure, ENAMETOOLONG);
	memcpy(address.sun_path, path, length + 1);
	descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return fail_with(failure, errno);
	if (connect_unix(descriptor, &address, deadline) == 0) {
		set_connect_limit(descriptor, 0);
		return descriptor;
	}
	error = errno == EAGAIN ? ETIMEDOUT : errno;
	close(descriptor);
	return fail_with(failure, error);
}
