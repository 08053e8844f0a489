/* SPDX-License-Identifier: MIT */
/* The messages that a connection carried, counted. */
#ifndef WEBSOCKET_TRAFFIC_H
#define WEBSOCKET_TRAFFIC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum traffic_kind {
	TRAFFIC_TEXT_IN,
	TRAFFIC_BINARY_IN,
	TRAFFIC_TEXT_OUT,
	TRAFFIC_BINARY_OUT,
	TRAFFIC_KINDS,
};

struct traffic_count {
	_Atomic uint64_t messages; /* whole ones */
	_Atomic uint64_t bytes;	   /* of their payloads */
};

/* The owner adds, anyone may read. All zero at the start. */
struct traffic {
	struct traffic_count of[TRAFFIC_KINDS];
};

void traffic_count_in(struct traffic *traffic, bool is_text, uint64_t bytes);
void traffic_count_out(struct traffic *traffic, bool is_text, uint64_t bytes);

/* Adds to the sum, which is the caller's, what another one has counted. */
void traffic_gather(struct traffic *sum, const struct traffic *part);

/* Text and binary together, at a moment. */
struct traffic_totals {
	uint64_t messages_in, messages_out;
	uint64_t bytes_in, bytes_out;
};

struct traffic_totals traffic_totals(const struct traffic *traffic);

#endif
