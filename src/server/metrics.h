/* SPDX-License-Identifier: MIT */
/* What the server counts, as text for Prometheus (exposition format 0.0.4). */
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include "server/registry.h"

struct fault_counts;

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/*
 * Appends all that the registry has counted, the faults that were served (NULL
 * where there are none), and what the process takes of the system since it was
 * started (seconds of the epoch). Returns false when memory is short.
 */
bool metrics_write(struct buffer *output, struct registry *registry,
	const struct fault_counts *counts, double started);

#endif
