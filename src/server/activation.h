/* SPDX-License-Identifier: MIT */
/* Sockets that a service manager has opened for us: sd_listen_fds(3). */
#ifndef SERVER_ACTIVATION_H
#define SERVER_ACTIVATION_H

#include <stdbool.h>
#include <stddef.h>

struct activation {
	int first; /* descriptor; the others follow */
	size_t count;
	char *names; /* with colons between them; NULL: none */
};

/*
 * Reads LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES, and removes them from the
 * environment, for no child is meant. Returns false, with what is wrong told
 * on stderr, for a count that is none.
 */
bool activation_take(struct activation *activation);

/* Whether the socket at a place, from 0 on, has a certain name. */
bool activation_is_named(
	const struct activation *activation, size_t place, const char *name);

void activation_release(struct activation *activation);

#endif
