/* SPDX-License-Identifier: MIT */
#include "transport/listening.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void
set_option(int descriptor, int level, int name, int value)
{
	setsockopt(descriptor, level, name, &value, sizeof(value));
}

/* Whether the file at a Unix address is what a server that died left. */
static bool
unix_is_stale(const struct address *address)
{
	struct stat status;
	int descriptor;
	bool stale;

	if (lstat(address->socket.path.sun_path, &status) < 0 ||
		!S_ISSOCK(status.st_mode))
		return false;
	descriptor =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0)
		return false;
	stale = connect(descriptor, &address->socket.any, address->length) <
			0 &&
		errno == ECONNREFUSED;
	close(descriptor);
	return stale;
}

static int
bind_to(int descriptor, const struct address *address)
{
	if (bind(descriptor, &address->socket.any, address->length) == 0)
		return 0;
	if (errno != EADDRINUSE || !address_is_unix(address))
		return -1;
	if (!unix_is_stale(address)) {
		errno = EADDRINUSE;
		return -1;
	}
	unlink(address->socket.path.sun_path);
	return bind(descriptor, &address->socket.any, address->length);
}

int
listening_open(struct address *address, unsigned flags)
{
	int family = address->socket.any.sa_family;
	int descriptor =
		socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int failure;

	if (descriptor < 0)
		return -1;
	if (family == AF_INET6)
		set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY,
			(flags & LISTENING_DUAL_STACK) == 0);
	if (family != AF_UNIX)
		set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
	if (family != AF_UNIX && (flags & LISTENING_REUSE_PORT) != 0)
		set_option(descriptor, SOL_SOCKET, SO_REUSEPORT, 1);
	if (bind_to(descriptor, address) == 0 &&
		listen(descriptor, SOMAXCONN) == 0 &&
		(address_is_unix(address) ||
			getsockname(descriptor, &address->socket.any,
				&address->length) == 0))
		return descriptor;
	failure = errno;
	close(descriptor);
	errno = failure;
	return -1;
}

static bool
has_option(int descriptor, int name, int expected)
{
	int value = 0;
	socklen_t length = sizeof(value);

	return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 &&
	       value == expected;
}

static bool
is_known(int family)
{
	return family == AF_INET || family == AF_INET6 || family == AF_UNIX;
}

bool
listening_adopt(int descriptor, struct address *address)
{
	int flags = fcntl(descriptor, F_GETFL);

	address->length = sizeof(address->socket);
	if (flags < 0 || getsockname(descriptor, &address->socket.any,
				 &address->length) < 0)
		return false;
	if (!has_option(descriptor, SO_TYPE, SOCK_STREAM) ||
		!has_option(descriptor, SO_ACCEPTCONN, 1) ||
		!is_known(address->socket.any.sa_family)) {
		errno = EINVAL;
		return false;
	}
	return fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 &&
	       fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0;
}

struct listening_file
listening_find_file(const struct address *address)
{
	struct stat status;

	if (!address_is_unix(address) ||
		lstat(address->socket.path.sun_path, &status) < 0)
		return (struct listening_file){0, 0};
	return (struct listening_file){status.st_dev, status.st_ino};
}

void
listening_close(int descriptor, const struct address *address)
{
	/* In this order: nobody else's socket can stand there yet. */
	if (address_is_unix(address))
		unlink(address->socket.path.sun_path);
	close(descriptor);
}

int
listening_accept(int descriptor, struct address *peer)
{
	int accepted;

	peer->length = sizeof(peer->socket);
	accepted = accept4(
		descriptor, &peer->socket.any, &peer->length, SOCK_CLOEXEC);
	if (accepted >= 0)
		address_unmap(peer);
	return accepted;
}
