/* SPDX-License-Identifier: MIT */
/* How many connections the system can carry. */
#ifndef SERVER_LIMITS_H
#define SERVER_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct limits {
	int64_t connections; /* at the same time, of any kind */
	const char *reason;  /* what sets that limit */
};

/*
 * Raises the soft limit of open files to the hard one, and tells what open
 * files, threads, processes and mappings, of which each connection takes so
 * many, leave for connections, besides so many descriptors.
 */
struct limits limits_find(int64_t other_descriptors, int64_t mappings_each);

/* The same of what limits threads, whoever has them. */
struct limits limits_find_threads(int64_t mappings_each);

/*
 * Lowers both numbers until there is room for their sum: those who are not
 * upgraded first, but not below a few hundred of them or half of the room.
 * Returns whether it had to.
 */
bool limits_share(int64_t room, int64_t *clients, int64_t *pending);

#endif
