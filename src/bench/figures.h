/* SPDX-License-Identifier: MIT */
/* Numbers as people read them. */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include "bench/options.h"
#include "bench/result.h"

#define FIGURE_SIZE 32

/* "850 ns", "5.2 us", "31 us", "1.90 ms", "2.50 s". Returns text. */
const char *figure_time(uint64_t nanoseconds, char text[FIGURE_SIZE]);

/* "20 B", "64 KiB", "1 MiB": what has no round number of units is in bytes. */
const char *figure_size(int64_t bytes, char text[FIGURE_SIZE]);

/* "text", "UTF-8 text", "binary". */
const char *figure_type(enum bench_type type);

/* The percentiles that are shown; the last one is 100. */
struct percentile {
	double percent;
	const char *name;
};
#define PERCENTILES_COUNT 10
extern const struct percentile percentiles[PERCENTILES_COUNT];

/* What latencies are of: of replies, or of handshakes if that was measured. */
const struct histogram *figure_latencies(
	const struct bench_options *options, const struct result *result);

#define SUMMARY_SIZE 128

/* "16 connections, 1 in flight, 20 B text, 10.0 s". Returns text. */
const char *figure_summary(const struct bench_options *options,
	const struct result *result, char text[SUMMARY_SIZE]);

/* Where a value stands between the least and the most, 0 to 1, by orders. */
double figure_order(double value, double least, double most);

#endif
