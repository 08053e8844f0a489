/* SPDX-License-Identifier: MIT */
/* How many connections the system can carry. */
#ifndef SERVER_LIMITS_H
#define SERVER_LIMITS_H

#include <stdint.h>

struct limits {
	int64_t connections; /* at the same time, of any kind */
	const char *reason;  /* what sets that limit */
};

/*
 * Raises the soft limit of open files to the hard one, and tells what open
 * files, threads and processes leave for connections, besides so many
 * descriptors.
 */
struct limits limits_find(int64_t other_descriptors);

#endif
