/* SPDX-License-Identifier: MIT */
#include "bench/figures.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

const struct percentile percentiles[PERCENTILES_COUNT] = {
	{1, "p1"},
	{10, "p10"},
	{25, "p25"},
	{50, "p50"},
	{75, "p75"},
	{90, "p90"},
	{99, "p99"},
	{99.9, "p99.9"},
	{99.99, "p99.99"},
	{100, "max"},
};

const char *
figure_time(uint64_t nanoseconds, char text[FIGURE_SIZE])
{
	double time = (double)nanoseconds;

	if (time < 1e3)
		snprintf(text, FIGURE_SIZE, "%.0f ns", time);
	else if (time < 9.95e3)
		snprintf(text, FIGURE_SIZE, "%.1f us", time / 1e3);
	else if (time < 999.5e3)
		snprintf(text, FIGURE_SIZE, "%.0f us", time / 1e3);
	else if (time < 999.995e6)
		snprintf(text, FIGURE_SIZE, "%.2f ms", time / 1e6);
	else
		snprintf(text, FIGURE_SIZE, "%.2f s", time / 1e9);
	return text;
}

const char *
figure_size(int64_t bytes, char text[FIGURE_SIZE])
{
	if (bytes > 0 && bytes % (1 << 20) == 0)
		snprintf(text, FIGURE_SIZE, "%" PRId64 " MiB", bytes >> 20);
	else if (bytes > 0 && bytes % (1 << 10) == 0)
		snprintf(text, FIGURE_SIZE, "%" PRId64 " KiB", bytes >> 10);
	else
		snprintf(text, FIGURE_SIZE, "%" PRId64 " B", bytes);
	return text;
}

const char *
figure_type(enum bench_type type)
{
	switch (type) {
	case BENCH_ASCII:
		return "text";
	case BENCH_UTF8:
		return "UTF-8 text";
	default:
		return "binary";
	}
}

const struct histogram *
figure_latencies(
	const struct bench_options *options, const struct result *result)
{
	return options->handshakes ? &result->opening : &result->latency;
}

const char *
figure_summary(const struct bench_options *options, const struct result *result,
	char text[SUMMARY_SIZE])
{
	char size[FIGURE_SIZE];

	if (options->handshakes)
		snprintf(text, SUMMARY_SIZE,
			"%" PRId64 " connections at a time, handshakes, %.1f s",
			options->connections, result->seconds);
	else
		snprintf(text, SUMMARY_SIZE,
			"%" PRId64 " connections, %s%" PRId64
			" in flight, %s %s%s, %.1f s",
			options->idle > 0 ? options->idle
					  : options->connections,
			options->idle > 0 ? "idle, then " : "",
			options->idle > 0 ? 1 : options->in_flight,
			figure_size(options->size, size),
			figure_type(options->type),
			options->deflate ? " compressed" : "", result->seconds);
	return text;
}

double
figure_order(double value, double least, double most)
{
	if (value <= least || most <= least)
		return 0;
	if (value >= most)
		return 1;
	least = least < 1 ? 1 : least;
	return value <= least ? 0 : log(value / least) / log(most / least);
}
