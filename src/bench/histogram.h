/* SPDX-License-Identifier: MIT */
/* How often which value came, with an error of at most 1 %. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* Each power of two is divided into so many buckets of one width. */
#define HISTOGRAM_STEPS_BITS 7
#define HISTOGRAM_STEPS ((size_t)1 << HISTOGRAM_STEPS_BITS)

/* Larger values count as this one: in nanoseconds, more than an hour. */
#define HISTOGRAM_VALUE_BITS 42
#define HISTOGRAM_VALUE_MAX ((UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1)
#define HISTOGRAM_BUCKETS                                                      \
	((HISTOGRAM_VALUE_BITS - HISTOGRAM_STEPS_BITS + 1) * HISTOGRAM_STEPS)

/* All zero at the start. */
struct histogram {
	uint64_t count;
	uint64_t sum;
	uint64_t least, most; /* exactly; 0 when nothing came */
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *histogram, uint64_t value);

/*
 * The value that percent of all values do not exceed, to within a bucket; of
 * 100 the greatest, exactly. 0 when there is none.
 */
uint64_t histogram_percentile(
	const struct histogram *histogram, double percent);

double histogram_mean(const struct histogram *histogram);

/* The values of a bucket are from its start up to the next one's. */
uint64_t histogram_bucket_start(size_t bucket);

#endif
