/* SPDX-License-Identifier: MIT */
/* The line on a terminal that tells how a run goes. */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool is_shown; /* standard error is a terminal */
	bool has_line;
	uint64_t start, last; /* nanoseconds, 0: not yet */
	uint64_t count;	      /* at that time */
};

struct progress_figures {
	size_t open;
	uint64_t handshakes, failed, replies, wrong;
	bool counts_handshakes; /* rather than replies */
};

void progress_init(struct progress *progress);

/* Shows what has changed since the last time, if that is long enough ago. */
void progress_show(struct progress *progress, uint64_t now,
	const struct progress_figures *figures);

/* Takes the line away. */
void progress_clear(struct progress *progress);

#endif
