/* SPDX-License-Identifier: MIT */
#include "bench/report.h"

#include "bench/figures.h"
#include "log/line.h"

#include <inttypes.h>

#define BAR_MAX 48

static void
write_latencies(FILE *stream, const struct histogram *histogram)
{
	static const struct percentile shown[] = {{50, "p50"}, {90, "p90"},
		{99, "p99"}, {99.9, "p99.9"}, {100, "max"}};
	char time[FIGURE_SIZE];

	fputs("latency   ", stream);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		fprintf(stream, "  %s %s", shown[i].name,
			figure_time(histogram_percentile(
					    histogram, shown[i].percent),
				time));
	fputs("\n", stream);
}

static void
write_handshakes(FILE *stream, const struct result *result)
{
	fprintf(stream,
		"handshakes  %" PRIu64 " ok, %" PRIu64
		" failed, p50 %.2f ms, max %.2f ms\n",
		result->handshakes, result->failed,
		(double)histogram_percentile(&result->opening, 50) / 1e6,
		(double)result->opening.most / 1e6);
}

static void
write_messages(FILE *stream, const struct result *result)
{
	fprintf(stream,
		"messages    %" PRIu64 " sent, %" PRIu64 " right, %" PRIu64
		" wrong, %" PRIu64 " lost",
		result->sent, result->right, result->wrong, result->lost);
	if (result->late > 0)
		fprintf(stream, ", %" PRIu64 " due but not sent", result->late);
	fputs("\n", stream);
}

static void
write_rate(FILE *stream, const struct bench_options *options,
	const struct result *result)
{
	double rate = result_rate(result);

	if (options->handshakes) {
		fprintf(stream, "rate        %.0f handshakes/s\n", rate);
		return;
	}
	fprintf(stream, "rate        %.0f messages/s", rate);
	if (options->rate > 0)
		fprintf(stream, " of %" PRId64, options->rate);
	fprintf(stream, ", %.1f MB/s each way\n",
		rate * (double)options->size / 1e6);
}

static void
write_prefix(FILE *stream, const struct result *result)
{
	struct line line = {.length = 0};

	if (result->prefix_length == 0)
		return;
	line_add_escaped(&line, result->prefix, result->prefix_length);
	fprintf(stream, "prefix      \"%.*s\" in front of each reply\n",
		(int)line.length, line.text);
}

static void
write_server(FILE *stream, const struct result *result)
{
	if (result->server_seconds < 0)
		return;
	fprintf(stream, "server      %.2f s of processor time",
		result->server_seconds);
	if (result->measured > 0)
		fprintf(stream, ", %.2f us each",
			result->server_seconds * 1e6 /
				(double)result->measured);
	fputs("\n", stream);
}

static void
write_plot(FILE *stream, const struct bench_options *options,
	const struct histogram *histogram)
{
	uint64_t least =
		histogram_percentile(histogram, percentiles[0].percent);
	char time[FIGURE_SIZE];

	fprintf(stream, "\n%s by percentile%s\n",
		options->handshakes ? "handshakes" : "latency",
		options->rate > 0 ? ", from when each message was due" : "");
	for (size_t i = 0; i < PERCENTILES_COUNT; i++) {
		uint64_t value =
			histogram_percentile(histogram, percentiles[i].percent);
		double order = figure_order(
			(double)value, (double)least, (double)histogram->most);
		int bar = 1 + (int)(order * (BAR_MAX - 1));

		fprintf(stream, "  %-7s%9s  %.*s\n", percentiles[i].name,
			figure_time(value, time), bar,
			"################################################");
	}
}

void
report_write(FILE *stream, const struct bench_options *options,
	const struct result *result)
{
	const struct histogram *latencies = figure_latencies(options, result);
	char summary[SUMMARY_SIZE];

	fprintf(stream, "%s  %s%s\n", options->url,
		figure_summary(options, result, summary),
		result->was_interrupted ? ", interrupted" : "");
	write_handshakes(stream, result);
	if (options->idle > 0)
		fprintf(stream, "idle        %" PRIu64 " held for %.1f s\n",
			result->held, result->seconds);
	if (!options->handshakes)
		write_messages(stream, result);
	write_prefix(stream, result);
	if (options->idle == 0)
		write_rate(stream, options, result);
	write_server(stream, result);
	if (latencies->count == 0)
		return;
	write_latencies(stream, latencies);
	write_plot(stream, options, latencies);
}
