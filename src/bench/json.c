/* SPDX-License-Identifier: MIT */
#include "bench/json.h"

#include "bench/figures.h"
#include "log/line.h"

#include <inttypes.h>
#include <string.h>

static void
write_string(FILE *stream, const char *name, const char *data, size_t length)
{
	struct line line = {.length = 0};

	line_add_json(&line, data, length);
	fprintf(stream, "\"%s\":%.*s,", name, (int)line.length, line.text);
}

static const char *
boolean(bool value)
{
	return value ? "true" : "false";
}

static void
write_settings(FILE *stream, const struct bench_options *options)
{
	static const char *const types[] = {"ascii", "utf8", "binary"};

	write_string(stream, "url", options->url, strlen(options->url));
	fprintf(stream,
		"\"mode\":\"%s\",\"connections\":%" PRId64
		",\"in_flight\":%" PRId64 ",\"size\":%" PRId64
		",\"type\":\"%s\",\"rate\":%" PRId64 ",\"deflate\":%s,",
		options->handshakes ? "handshakes"
		: options->idle > 0 ? "idle"
				    : "messages",
		options->idle > 0 ? options->idle : options->connections,
		options->in_flight, options->size, types[options->type],
		options->rate, boolean(options->deflate));
}

static void
write_histogram(
	FILE *stream, const char *name, const struct histogram *histogram)
{
	fprintf(stream,
		"\"%s\":{\"count\":%" PRIu64 ",\"min\":%.3f,\"mean\":%.3f",
		name, histogram->count, (double)histogram->least / 1e3,
		histogram_mean(histogram) / 1e3);
	for (size_t i = 0; i < PERCENTILES_COUNT; i++)
		fprintf(stream, ",\"%s\":%.3f", percentiles[i].name,
			(double)histogram_percentile(
				histogram, percentiles[i].percent) /
				1e3);
	fputs("},", stream);
}

static void
write_series(FILE *stream, const struct series *series)
{
	fputs("\"each_second\":[", stream);
	for (size_t i = 0; i < series->length; i++)
		fprintf(stream, "%s%" PRIu64, i > 0 ? "," : "",
			series->counts[i]);
	fputs("]", stream);
}

static void
write_counts(FILE *stream, const struct result *result)
{
	fprintf(stream,
		"\"seconds\":%.6f,\"interrupted\":%s,"
		"\"handshakes\":{\"ok\":%" PRIu64 ",\"failed\":%" PRIu64 "},"
		"\"messages\":{\"sent\":%" PRIu64 ",\"right\":%" PRIu64
		",\"wrong\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"late\":%" PRIu64
		"},"
		"\"connections_lost\":%" PRIu64 ",\"held\":%" PRIu64 ",",
		result->seconds, boolean(result->was_interrupted),
		result->handshakes, result->failed, result->sent, result->right,
		result->wrong, result->lost, result->late,
		result->connections_lost, result->held);
}

void
json_write(FILE *stream, const struct bench_options *options,
	const struct result *result)
{
	fputs("{", stream);
	write_settings(stream, options);
	write_counts(stream, result);
	write_string(stream, "prefix", result->prefix, result->prefix_length);
	fprintf(stream, "\"measured\":%" PRIu64 ",\"per_second\":%.3f,",
		result->measured, result_rate(result));
	if (result->server_seconds >= 0)
		fprintf(stream, "\"server_seconds\":%.2f,",
			result->server_seconds);
	write_histogram(stream, "handshake_us", &result->opening);
	write_histogram(stream, "latency_us", &result->latency);
	write_series(stream, &result->series);
	fputs("}\n", stream);
}
