/* SPDX-License-Identifier: MIT */
/* Sockets that connections come from. */
#ifndef TRANSPORT_LISTENING_H
#define TRANSPORT_LISTENING_H

#include "transport/address.h"

#include <sys/types.h>

enum listening_flags {
	LISTENING_DUAL_STACK = 1, /* an IPv6 socket takes IPv4 peers too */
	LISTENING_REUSE_PORT = 2, /* so that other processes may listen there */
};

/*
 * Opens a non-blocking socket listening at the address, and stores there the
 * port that the system chose for port 0. A Unix socket that nobody listens at
 * any more is replaced. Returns the descriptor, -1 with errno on failure.
 */
int listening_open(struct address *address, unsigned flags);

/*
 * Takes over a socket that somebody else has opened, non-blocking, and stores
 * its address. Returns false with errno, EINVAL if it is no listening stream
 * socket of a family that we know.
 */
bool listening_adopt(int descriptor, struct address *address);

/*
 * Which file the one of a Unix address is now; all is 0 for other addresses,
 * and when there is none.
 */
struct listening_file {
	dev_t device;
	ino_t inode;
};
struct listening_file listening_find_file(const struct address *address);

/* Closes the socket, and removes the file of a Unix one. */
void listening_close(int descriptor, const struct address *address);

/*
 * Accepts a connection as a blocking socket and stores its peer. Returns the
 * descriptor, -1 with errno on failure, EAGAIN when nobody is waiting.
 */
int listening_accept(int descriptor, struct address *peer);

#endif
