/* SPDX-License-Identifier: MIT */
#include "server/metrics.h"

#include "log/log.h"
#include "server/process.h"
#include "service/faults.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <zlib.h>

#define LINE_SIZE 256

/* The text in the making. */
struct metrics {
	struct buffer *output;
	bool has_failed;
};

__attribute__((format(printf, 2, 3))) static void
add(struct metrics *metrics, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (!buffer_append_string(metrics->output, line))
		metrics->has_failed = true;
}

/* The two lines before the samples of a name. */
static void
describe(struct metrics *metrics, const char *name, const char *type,
	const char *help)
{
	add(metrics, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
add_number(struct metrics *metrics, const char *name, const char *type,
	const char *help, uint64_t number)
{
	describe(metrics, name, type, help);
	add(metrics, "%s %" PRIu64 "\n", name, number);
}

/* What the system does not tell is left out. */
static void
add_fact(struct metrics *metrics, const char *name, const char *type,
	const char *help, double fact)
{
	if (fact < 0)
		return;
	describe(metrics, name, type, help);
	add(metrics, "%s %.17g\n", name, fact);
}

static void
add_build(struct metrics *metrics)
{
	describe(metrics, "wsserver_build_info", "gauge",
		"What the server was built from and runs with, always 1.");
	add(metrics,
		"wsserver_build_info{version=\"" PACKAGE_VERSION
		"\",openssl=\"%s\",zlib=\"%s\"} 1\n",
		OpenSSL_version(OPENSSL_VERSION_STRING), zlibVersion());
}

static void
add_refused(struct metrics *metrics, const struct tally *tally)
{
	describe(metrics, "wsserver_refused_total", "counter",
		"Connections and requests turned away.");
	for (size_t i = 0; i < TALLY_REASONS; i++)
		add(metrics,
			"wsserver_refused_total{reason=\"%s\"} %" PRIu64 "\n",
			tally_reason_name(i), tally->refused[i]);
}

static const char *
labels_of(enum traffic_kind kind)
{
	static const char *const labels[] = {
		[TRAFFIC_TEXT_IN] = "direction=\"in\",opcode=\"text\"",
		[TRAFFIC_BINARY_IN] = "direction=\"in\",opcode=\"binary\"",
		[TRAFFIC_TEXT_OUT] = "direction=\"out\",opcode=\"text\"",
		[TRAFFIC_BINARY_OUT] = "direction=\"out\",opcode=\"binary\"",
	};

	return labels[kind];
}

static void
add_traffic(struct metrics *metrics, const struct traffic *traffic)
{
	describe(metrics, "wsserver_messages_total", "counter",
		"Whole messages of clients (in) and to them (out).");
	for (enum traffic_kind i = 0; i < TRAFFIC_KINDS; i++)
		add(metrics, "wsserver_messages_total{%s} %" PRIu64 "\n",
			labels_of(i), traffic->of[i].messages);
	describe(metrics, "wsserver_payload_bytes_total", "counter",
		"Bytes of their payloads, not compressed.");
	for (enum traffic_kind i = 0; i < TRAFFIC_KINDS; i++)
		add(metrics, "wsserver_payload_bytes_total{%s} %" PRIu64 "\n",
			labels_of(i), traffic->of[i].bytes);
}

static void
add_closed(struct metrics *metrics, const struct tally *tally)
{
	static const enum closed_by enders[] = {
		CLOSED_BY_PEER, CLOSED_BY_US, CLOSED_BY_NOBODY};

	describe(metrics, "wsserver_closed_total", "counter",
		"Open connections that ended, by close code and who closed "
		"first.");
	for (size_t code = 0; code < TALLY_CODES; code++)
		for (size_t i = 0; i < TALLY_ENDERS; i++)
			add(metrics,
				"wsserver_closed_total{code=\"%s\",by=\"%s\"} "
				"%" PRIu64 "\n",
				tally_code_name(code),
				tally_ender_name(enders[i]),
				tally->ended[code][enders[i]]);
}

static void
add_handshakes(struct metrics *metrics, const struct tally *tally)
{
	uint64_t count = 0;

	describe(metrics, "wsserver_handshake_seconds", "histogram",
		"From accept to a good request, TLS included.");
	for (size_t i = 0; i < TALLY_BOUNDS; i++) {
		count += tally->handshakes[i];
		add(metrics,
			"wsserver_handshake_seconds_bucket{le=\"%g\"} %" PRIu64
			"\n",
			(double)tally_bound(i) / 1e6, count);
	}
	count += tally->handshakes[TALLY_BOUNDS];
	add(metrics,
		"wsserver_handshake_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n"
		"wsserver_handshake_seconds_sum %.6f\n"
		"wsserver_handshake_seconds_count %" PRIu64 "\n",
		count, (double)tally->handshake_time / 1e6, count);
}

static void
add_registry(struct metrics *metrics, const struct registry_totals *totals)
{
	add_number(metrics, "wsserver_connections", "gauge",
		"Clients connected now.", totals->clients);
	add_number(metrics, "wsserver_handshakes_pending", "gauge",
		"Connections not upgraded yet, pages included.",
		totals->pending);
	add_number(metrics, "wsserver_connections_accepted_total", "counter",
		"Connections taken by a worker, for pages too.",
		totals->accepted);
	add_refused(metrics, &totals->tally);
	add_traffic(metrics, &totals->traffic);
	add_closed(metrics, &totals->tally);
	add_handshakes(metrics, &totals->tally);
}

static void
add_process(struct metrics *metrics, double started)
{
	struct process_facts facts;

	process_describe(&facts);
	add_fact(metrics, "process_start_time_seconds", "gauge",
		"When the process started, seconds of the epoch.", started);
	add_fact(metrics, "process_cpu_seconds_total", "counter",
		"Seconds of processors, of user and system.",
		facts.cpu_seconds);
	add_fact(metrics, "process_resident_memory_bytes", "gauge",
		"Memory that is resident.", (double)facts.resident_bytes);
	add_fact(metrics, "process_virtual_memory_bytes", "gauge",
		"Memory that is mapped.", (double)facts.virtual_bytes);
	add_fact(metrics, "process_open_fds", "gauge", "Descriptors in use.",
		(double)facts.open_descriptors);
	add_fact(metrics, "process_max_fds", "gauge",
		"Descriptors that may be.", (double)facts.max_descriptors);
}

static void
add_faults(struct metrics *metrics, const struct fault_counts *counts)
{
	describe(metrics, "wsserver_faults_total", "counter",
		"Faults that clients asked for.");
	for (size_t i = 0; i < FAULT_COUNT; i++) {
		struct slice name = fault_name(&faults[i]);
		uint64_t served = 0;

		if (counts != NULL)
			served = atomic_load_explicit(
				&counts->served[i], memory_order_relaxed);
		add(metrics,
			"wsserver_faults_total{fault=\"%.*s\"} %" PRIu64 "\n",
			(int)name.length, name.data, served);
	}
}

bool
metrics_write(struct buffer *output, struct registry *registry,
	const struct fault_counts *counts, double started)
{
	struct metrics metrics = {.output = output};
	struct registry_totals totals = registry_totals(registry);

	add_build(&metrics);
	add_registry(&metrics, &totals);
	add_faults(&metrics, counts);
	add_number(&metrics, "wsserver_log_dropped_total", "counter",
		"Lines of the log that were dropped or suppressed.",
		log_lines_lost());
	add_process(&metrics, started);
	return !metrics.has_failed;
}
