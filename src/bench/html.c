/* SPDX-License-Identifier: MIT */
#include "bench/html.h"

#include "bench/chart.h"
#include "bench/figures.h"
#include "log/line.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define STYLE                                                                  \
	"body{font:16px/1.5 system-ui,sans-serif;max-width:46em;"              \
	"margin:2em auto;padding:0 1em;color:#222;background:#fff}"            \
	"h1{font-size:1.4em;overflow-wrap:anywhere}"                           \
	"table{border-collapse:collapse;margin:1em 0}"                         \
	"th,td{padding:.2em .8em;text-align:right;"                            \
	"border-bottom:1px solid #ddd;white-space:nowrap}"                     \
	"th:first-child{text-align:left}"                                      \
	"svg{width:100%;height:auto;margin:.5em 0}"                            \
	"text{font:12px system-ui,sans-serif;fill:#555}"                       \
	".title{font-size:14px;font-weight:600;fill:#222}"                     \
	".x{text-anchor:middle}"                                               \
	".y{text-anchor:end;dominant-baseline:middle}"                         \
	".grid{stroke:#ddd}.bar{fill:#4878b0}"                                 \
	".line{fill:none;stroke:#4878b0;stroke-width:2}"                       \
	"@media(prefers-color-scheme:dark){body{color:#ddd;background:#"       \
	"181818}"                                                              \
	"text{fill:#aaa}.title{fill:#ddd}.grid,th,td{stroke:#333;"             \
	"border-color:#333}}"

/* Marks of the percentiles' chart: each has ten times fewer above it. */
#define NINES_MAX 5

/* Bars of the distribution, and marks of axes. */
#define BARS 60
#define MARKS 4

static void
write_escaped(FILE *stream, const char *data, size_t length)
{
	struct line line = {.length = 0};

	line_add_escaped(&line, data, length);
	for (size_t i = 0; i < line.length; i++)
		switch (line.text[i]) {
		case '<':
			fputs("&lt;", stream);
			break;
		case '&':
			fputs("&amp;", stream);
			break;
		case '"':
			fputs("&quot;", stream);
			break;
		default:
			putc(line.text[i], stream);
		}
}

static void
write_row(FILE *stream, const char *name, uint64_t value)
{
	fprintf(stream, "<tr><th>%s</th><td>%" PRIu64 "</td></tr>\n", name,
		value);
}

static void
write_counts(FILE *stream, const struct bench_options *options,
	const struct result *result)
{
	fputs("<table>\n", stream);
	write_row(stream, "opening handshakes", result->handshakes);
	write_row(stream, "failed", result->failed);
	if (options->idle > 0)
		write_row(stream, "connections held", result->held);
	if (!options->handshakes) {
		write_row(stream, "messages sent", result->sent);
		write_row(stream, "right replies", result->right);
		write_row(stream, "wrong", result->wrong);
		write_row(stream, "lost", result->lost);
	}
	if (options->rate > 0) {
		write_row(stream, "due but not sent", result->late);
		write_row(stream, "messages a second wanted",
			(uint64_t)options->rate);
	}
	if (options->idle == 0)
		write_row(stream,
			options->handshakes ? "handshakes a second"
					    : "messages a second",
			(uint64_t)result_rate(result));
	fputs("</table>\n", stream);
	if (result->prefix_length > 0) {
		fputs("<p>In front of each reply stood <q>", stream);
		write_escaped(stream, result->prefix, result->prefix_length);
		fputs("</q>.</p>\n", stream);
	}
}

static void
write_percentiles(FILE *stream, const struct histogram *histogram)
{
	char time[FIGURE_SIZE];

	fputs("<table>\n<tr><th>percentile</th>", stream);
	for (size_t i = 0; i < PERCENTILES_COUNT; i++)
		fprintf(stream, "<th>%s</th>", percentiles[i].name);
	fputs("</tr>\n<tr><th>latency</th>", stream);
	for (size_t i = 0; i < PERCENTILES_COUNT; i++)
		fprintf(stream, "<td>%s</td>",
			figure_time(histogram_percentile(
					    histogram, percentiles[i].percent),
				time));
	fputs("</tr>\n</table>\n", stream);
}

/* The marks of an axis of times, by orders. */
static void
mark_times(const struct chart *chart, const struct histogram *histogram,
	void (*mark)(const struct chart *, double, const char *))
{
	double least = (double)histogram->least, most = (double)histogram->most;
	char time[FIGURE_SIZE];

	least = least < 1 ? 1 : least;
	for (int i = 0; i <= MARKS; i++) {
		double place = (double)i / MARKS;
		double value = least * pow(most / least, place);

		mark(chart, place, figure_time((uint64_t)value, time));
	}
}

static void
write_percentiles_chart(FILE *stream, const struct histogram *histogram)
{
	static const char *const labels[NINES_MAX + 1] = {
		"0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"};
	const struct chart chart = {stream, "Latency by percentile"};
	int steps = NINES_MAX * 20;

	chart_begin(&chart);
	for (int i = 0; i <= NINES_MAX; i++)
		chart_mark_x(&chart, (double)i / NINES_MAX, labels[i]);
	mark_times(&chart, histogram, chart_mark_y);
	chart_line_begin(&chart);
	for (int i = 0; i <= steps; i++) {
		double place = (double)i / steps;
		double percent = 100 - 100 * pow(10, -place * NINES_MAX);
		uint64_t value = histogram_percentile(histogram, percent);

		chart_line_to(&chart, place,
			figure_order((double)value, (double)histogram->least,
				(double)histogram->most));
	}
	chart_line_end(&chart);
	chart_end(&chart);
}

/* Sorts the buckets into bars; returns the count of the fullest. */
static uint64_t
fill_bars(const struct histogram *histogram, uint64_t bars[BARS])
{
	uint64_t fullest = 1;

	memset(bars, 0, BARS * sizeof(*bars));
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		double order = figure_order((double)histogram_bucket_start(i),
			(double)histogram->least, (double)histogram->most);
		size_t bar = (size_t)(order * (BARS - 1));

		bars[bar] += histogram->buckets[i];
		if (bars[bar] > fullest)
			fullest = bars[bar];
	}
	return fullest;
}

static void
mark_counts(const struct chart *chart, uint64_t most)
{
	char label[FIGURE_SIZE];

	for (int i = 0; i <= MARKS; i++) {
		snprintf(
			label, sizeof(label), "%.0f", (double)most * i / MARKS);
		chart_mark_y(chart, (double)i / MARKS, label);
	}
}

static void
write_distribution_chart(FILE *stream, const struct histogram *histogram)
{
	const struct chart chart = {stream, "How often which latency came"};
	uint64_t bars[BARS], fullest = fill_bars(histogram, bars);

	chart_begin(&chart);
	mark_counts(&chart, fullest);
	mark_times(&chart, histogram, chart_mark_x);
	for (size_t i = 0; i < BARS; i++)
		if (bars[i] > 0)
			chart_bar(&chart, (double)i / BARS, 0.9 / BARS,
				(double)bars[i] / (double)fullest);
	chart_end(&chart);
}

/* Of a second that was not whole nothing can be said. */
static void
write_series_chart(FILE *stream, const struct bench_options *options,
	const struct result *result)
{
	const struct chart chart = {stream, options->handshakes
						    ? "Handshakes each second"
						    : "Replies each second"};
	const uint64_t *counts = result->series.counts;
	size_t length = result->series.length;
	uint64_t most = 1;
	char label[FIGURE_SIZE];

	if (length > (size_t)result->seconds)
		length = (size_t)result->seconds;
	if (length < 2)
		return;
	for (size_t i = 0; i < length; i++)
		most = counts[i] > most ? counts[i] : most;
	chart_begin(&chart);
	mark_counts(&chart, most);
	for (size_t i = 0; i <= MARKS; i++) {
		snprintf(label, sizeof(label), "%.1f s",
			(double)(length * i) / MARKS);
		chart_mark_x(&chart, (double)i / MARKS, label);
	}
	for (size_t i = 0; i < length; i++)
		chart_bar(&chart, (double)i / (double)length,
			0.9 / (double)length, (double)counts[i] / (double)most);
	chart_end(&chart);
}

static void
write_page(FILE *stream, const struct bench_options *options,
	const struct result *result)
{
	const struct histogram *latencies = figure_latencies(options, result);
	char summary[SUMMARY_SIZE];

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width\"/>\n"
	      "<title>wsbench</title>\n<style>" STYLE "</style>\n"
	      "</head>\n<body>\n<h1>",
		stream);
	write_escaped(stream, options->url, strlen(options->url));
	fprintf(stream, "</h1>\n<p>%s%s</p>\n",
		figure_summary(options, result, summary),
		result->was_interrupted ? ", interrupted" : "");
	write_counts(stream, options, result);
	if (latencies->count > 0) {
		if (options->rate > 0)
			fputs("<p>Latencies count from when each message was "
			      "due.</p>\n",
				stream);
		write_percentiles(stream, latencies);
		write_percentiles_chart(stream, latencies);
		write_distribution_chart(stream, latencies);
	}
	write_series_chart(stream, options, result);
	fprintf(stream, "<p>wsbench (wsserver) %s</p>\n</body>\n</html>\n",
		PACKAGE_VERSION);
}

bool
html_write(const char *file, const struct bench_options *options,
	const struct result *result)
{
	FILE *stream = fopen(file, "we");
	bool is_written;

	if (stream == NULL)
		return false;
	write_page(stream, options, result);
	is_written = ferror(stream) == 0;
	return fclose(stream) == 0 && is_written;
}
