/* SPDX-License-Identifier: MIT */
#include "bench/histogram.h"

/* Of 1000 values 99.9 percent are 999, whatever comes of it in binary. */
#define ROUNDED_DOWN (1 - 1e-12)

/*
 * Below 2 * HISTOGRAM_STEPS each value has a bucket of its own; from there on
 * a bucket is told by the first HISTOGRAM_STEPS_BITS + 1 bits of its values,
 * and by how many bits follow them.
 */
static size_t
bucket_of(uint64_t value)
{
	int bits = 64 - __builtin_clzll(value | 1);
	int shift = bits - (HISTOGRAM_STEPS_BITS + 1);

	if (shift <= 0)
		return (size_t)value;
	return ((size_t)shift << HISTOGRAM_STEPS_BITS) +
	       (size_t)(value >> shift);
}

static unsigned
shift_of(size_t bucket)
{
	if (bucket < 2 * HISTOGRAM_STEPS)
		return 0;
	return (unsigned)(bucket >> HISTOGRAM_STEPS_BITS) - 1;
}

uint64_t
histogram_bucket_start(size_t bucket)
{
	unsigned shift = shift_of(bucket);

	return (uint64_t)(bucket - ((size_t)shift << HISTOGRAM_STEPS_BITS))
	       << shift;
}

void
histogram_add(struct histogram *histogram, uint64_t value)
{
	if (value > HISTOGRAM_VALUE_MAX)
		value = HISTOGRAM_VALUE_MAX;
	if (histogram->count == 0 || value < histogram->least)
		histogram->least = value;
	if (value > histogram->most)
		histogram->most = value;
	histogram->count++;
	histogram->sum += value;
	histogram->buckets[bucket_of(value)]++;
}

/* The middle of a bucket, but not beyond what really came. */
static uint64_t
value_of(const struct histogram *histogram, size_t bucket)
{
	uint64_t width = UINT64_C(1) << shift_of(bucket);
	uint64_t value = histogram_bucket_start(bucket) + width / 2;

	if (value < histogram->least)
		return histogram->least;
	return value < histogram->most ? value : histogram->most;
}

uint64_t
histogram_percentile(const struct histogram *histogram, double percent)
{
	double rank = percent * (double)histogram->count / 100 * ROUNDED_DOWN;
	uint64_t seen = 0;

	if (percent >= 100)
		return histogram->most;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (seen > 0 && (double)seen >= rank)
			return value_of(histogram, i);
	}
	return histogram->most;
}

double
histogram_mean(const struct histogram *histogram)
{
	if (histogram->count == 0)
		return 0;
	return (double)histogram->sum / (double)histogram->count;
}
