/* SPDX-License-Identifier: MIT */
#include "bench/result.h"

#include "bench/instant.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define SERIES_MIN 64

void
result_release(struct result *result)
{
	free(result->series.counts);
	free(result->prefix);
}

/* Returns false when memory is short. */
static bool
series_reach(struct series *series, size_t place)
{
	size_t capacity = series->capacity;
	uint64_t *counts;

	if (place >= capacity) {
		capacity = capacity > 0 ? capacity : SERIES_MIN;
		while (place >= capacity)
			capacity *= 2;
		counts = realloc(series->counts, capacity * sizeof(*counts));
		if (counts == NULL)
			return false;
		series->counts = counts;
		series->capacity = capacity;
	}
	while (series->length <= place)
		series->counts[series->length++] = 0;
	return true;
}

void
series_add(struct series *series, uint64_t time, uint64_t count)
{
	size_t place = (size_t)(time / NANOSECONDS);

	if (place < series->length || series_reach(series, place))
		series->counts[place] += count;
}

void
result_fail(struct result *result, enum bench_status failure,
	const char *format, ...)
{
	va_list arguments;

	if (result->failure != BENCH_RIGHT)
		return;
	result->failure = failure;
	va_start(arguments, format);
	vsnprintf(result->why, sizeof(result->why), format, arguments);
	va_end(arguments);
}

enum bench_status
result_status(const struct result *result)
{
	if (result->was_interrupted)
		return BENCH_INTERRUPTED;
	if (result->wrong > 0 || result->lost > 0 || result->late > 0)
		return BENCH_WRONG;
	return result->failure;
}

double
result_rate(const struct result *result)
{
	if (!(result->seconds > 0))
		return 0;
	return (double)result->measured / result->seconds;
}
