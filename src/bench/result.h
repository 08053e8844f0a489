/* SPDX-License-Identifier: MIT */
/* What a run has shown. */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

#include "bench/histogram.h"
#include "bench/options.h"
#include "bench/status.h"

#define RESULT_WHY_SIZE 512

/* Replies, or handshakes, of each second of the time measured. */
struct series {
	uint64_t *counts;
	size_t length;
	size_t capacity;
};

struct result {
	uint64_t handshakes, failed;
	uint64_t sent, right, wrong, lost; /* messages; lost: no reply */
	uint64_t late;			   /* were due, but could not be sent */
	uint64_t connections_lost;	   /* before we closed them */
	uint64_t held; /* connections that were open at the end of --idle */

	uint64_t measured; /* replies, or handshakes, in these seconds */
	double seconds;
	double server_seconds;	  /* of processor time; less than 0: unknown */
	struct histogram opening; /* nanoseconds, as is latency */
	struct histogram latency;
	struct series series;
	bool was_interrupted;

	size_t prefix_length;
	char *prefix; /* its own */

	/* The first thing that went wrong with a connection. */
	enum bench_status failure;
	char why[RESULT_WHY_SIZE];
};

void result_release(struct result *result);

/* Counts at a time, in nanoseconds since the start of the series. */
void series_add(struct series *series, uint64_t time, uint64_t count);

/* Keeps what went wrong, if it is the first. */
__attribute__((format(printf, 3, 4))) void result_fail(struct result *result,
	enum bench_status failure, const char *format, ...);

/* What to exit with. */
enum bench_status result_status(const struct result *result);

/* Messages, or handshakes, a second. */
double result_rate(const struct result *result);

#endif
