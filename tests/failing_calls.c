/* SPDX-License-Identifier: MIT */
/* Calls of the system. */
#include "failing.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define PIECES_MAX 16

FAILING(int, -1, "accept4", accept4,
	(int socket, struct sockaddr *address, socklen_t *length, int flags),
	(socket, address, length, flags))
FAILING(ssize_t, -1, "getrandom", getrandom,
	(void *data, size_t size, unsigned flags), (data, size, flags))
FAILING(int, -1, "pipe2", pipe2, (int descriptors[2], int flags),
	(descriptors, flags))
FAILING(int, -1, "poll", poll,
	(struct pollfd * items, nfds_t count, int timeout),
	(items, count, timeout))
FAILING(int, -1, "poll", ppoll,
	(struct pollfd * items, nfds_t count, const struct timespec *timeout,
		const sigset_t *blocked),
	(items, count, timeout, blocked))
FAILING(int, -1, "setresgid", setresgid,
	(gid_t real, gid_t effective, gid_t saved), (real, effective, saved))
FAILING_SHORT(ssize_t, "read", read, (int file, void *data, size_t size),
	(file, data, size))
FAILING_SHORT(ssize_t, "recv", recv,
	(int socket, void *data, size_t size, int flags),
	(socket, data, size, flags))
FAILING_SHORT(ssize_t, "send", send,
	(int socket, const void *data, size_t size, int flags),
	(socket, data, size, flags))
/* As a compiler with _FORTIFY_SOURCE calls them. */
int __poll_chk(struct pollfd *items, nfds_t count, int timeout, size_t room);
int __ppoll_chk(struct pollfd *items, nfds_t count,
	const struct timespec *timeout, const sigset_t *blocked, size_t room);
ssize_t __read_chk(int file, void *data, size_t size, size_t room);
ssize_t __recv_chk(int socket, void *data, size_t size, size_t room, int flags);
FAILING(int, -1, "poll", __poll_chk,
	(struct pollfd * items, nfds_t count, int timeout, size_t room),
	(items, count, timeout, room))
FAILING(int, -1, "poll", __ppoll_chk,
	(struct pollfd * items, nfds_t count, const struct timespec *timeout,
		const sigset_t *blocked, size_t room),
	(items, count, timeout, blocked, room))
FAILING_SHORT(ssize_t, "read", __read_chk,
	(int file, void *data, size_t size, size_t room),
	(file, data, size, room))
FAILING_SHORT(ssize_t, "recv", __recv_chk,
	(int socket, void *data, size_t size, size_t room, int flags),
	(socket, data, size, room, flags))

/*
 * A single byte is what a signal handler puts into its pipe to wake the
 * program: one that has room takes it.
 */
ssize_t
write(int file, const void *data, size_t size)
{
	FAILING_NEXT(write);

	if (size > 1 && failing_judge("write", &size))
		return -1;
	return next(file, data, size);
}

/* A rule about it puts the clock of the wall forward by its error. */
int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int result, saved = errno;

	FAILING_NEXT(clock_gettime);
	result = next(clock, now);
	if (clock == CLOCK_REALTIME && failing_judge("realtime", NULL))
		now->tv_sec += errno;
	errno = saved;
	return result;
}

static size_t
length_of(const struct msghdr *message)
{
	size_t length = 0;

	for (size_t i = 0; i < message->msg_iovlen; i++)
		length += message->msg_iov[i].iov_len;
	return length;
}

/* Copies what the pieces of a message have of its first size bytes. */
static void
cut(const struct msghdr *message, size_t size, struct iovec *pieces)
{
	for (size_t i = 0; i < message->msg_iovlen; i++) {
		pieces[i] = message->msg_iov[i];
		if (pieces[i].iov_len > size)
			pieces[i].iov_len = size;
		size -= pieces[i].iov_len;
	}
}

ssize_t
sendmsg(int socket, const struct msghdr *message, int flags)
{
	size_t whole = length_of(message), size = whole;
	struct iovec pieces[PIECES_MAX];
	struct msghdr shortened = *message;

	FAILING_NEXT(sendmsg);
	if (failing_judge("sendmsg", &size))
		return -1;
	if (size == whole || message->msg_iovlen > PIECES_MAX)
		return next(socket, message, flags);
	cut(message, size, pieces);
	shortened.msg_iov = pieces;
	return next(socket, &shortened, flags);
}
