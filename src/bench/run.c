/* SPDX-License-Identifier: MIT */
#include "bench/run.h"

#include "bench/html.h"
#include "bench/instant.h"
#include "bench/json.h"
#include "bench/load.h"
#include "bench/processor.h"
#include "bench/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NANOSECONDS_A_MILLISECOND UINT64_C(1000000)

/* Handshakes at the same time, so that no backlog overflows. */
#define OPENING_MAX 128

/* Connections that are asked at the same time after --idle. */
#define ASKED_MAX 64

/* What is outstanding is given up after so long: see is_given_up. */
#define PATIENCE (10 * NANOSECONDS)
#define PATIENCE_INTERRUPTED NANOSECONDS
#define CLOSING_PATIENCE (2 * NANOSECONDS)

#define RAMP_STEP (10 * NANOSECONDS_A_MILLISECOND)

static uint64_t
nanoseconds(int64_t milliseconds)
{
	return (uint64_t)milliseconds * NANOSECONDS_A_MILLISECOND;
}

static bool
is_over(const struct load *load)
{
	return load->interruptions > 0 || !load_is_alive(load);
}

static bool
is_stalled(const struct load *load, uint64_t patience)
{
	return load->now > load->last_reply + patience;
}

/* If the first one fails, so will the others. */
static void
await_first(struct load *load)
{
	while (load->opening > 0 && load->result->handshakes == 0 &&
		load->interruptions == 0)
		load_turn(load, INSTANT_NEVER);
}

/* How many connections there are to be by now. */
static size_t
wanted(const struct load *load, uint64_t begin)
{
	double share;

	if (load->options->ramp == 0)
		return load->peer_count;
	share = (double)(load->now - begin) /
		(double)nanoseconds(load->options->ramp);
	return share < 1 ? 1 + (size_t)(share * (double)(load->peer_count - 1))
			 : load->peer_count;
}

static void
open_all(struct load *load)
{
	uint64_t begin = instant_now();

	load->now = begin;
	while (!is_over(load) &&
		(load->opened < load->peer_count || load->opening > 0)) {
		size_t count = wanted(load, begin);

		while (load->opened < count && load->opening < OPENING_MAX)
			load_open_next(load);
		load_turn(load, load->now + RAMP_STEP);
	}
}

static void
begin_to_measure(struct load *load)
{
	int64_t pid = load->options->pid;

	load->result->server_seconds = pid > 0 ? processor_seconds(pid) : -1;
	load->start = load->now = load->last_reply = instant_now();
	load->records = load->measures = true;
}

static void
end_measuring(struct load *load)
{
	struct result *result = load->result;
	uint64_t end = load->interruptions > 0 || load->options->duration > 0
			       ? instant_now()
			       : load->last_reply;
	double spent = result->server_seconds >= 0
			       ? processor_seconds(load->options->pid)
			       : -1;

	result->seconds = (double)(end - load->start) / (double)NANOSECONDS;
	result->server_seconds =
		spent >= 0 ? spent - result->server_seconds : -1;
	result->was_interrupted = load->interruptions > 0;
	load->measures = false;
}

static uint64_t
end_of(const struct load *load)
{
	return load->options->duration > 0
		       ? load->start + nanoseconds(load->options->duration)
		       : INSTANT_NEVER;
}

static void
send_all(struct load *load)
{
	load->sends = true;
	for (size_t i = 0; i < load->opened; i++)
		if (load->peers[i].state == PEER_OPEN)
			peer_send(&load->peers[i], load);
}

static bool
has_sent_all(const struct load *load)
{
	if (load->options->rate > 0 && load->due == load->due_limit)
		return load->result->sent >= load->due_limit;
	return load->budget == 0;
}

/* A schedule has its limit, however many replies come meanwhile. */
static bool
is_given_up(const struct load *load, uint64_t begin)
{
	if (load->interruptions > 0)
		return is_stalled(load, PATIENCE_INTERRUPTED);
	if (load->options->rate > 0)
		return load->now > begin + PATIENCE;
	return is_stalled(load, PATIENCE);
}

/* What was sent, or was due, is waited for. */
static void
drain(struct load *load)
{
	bool is_scheduled = load->options->rate > 0;
	uint64_t begin;

	if (!is_scheduled || load->interruptions > 0)
		load->budget = 0;
	if (load->options->duration > 0)
		load->last_reply = load->now;
	begin = load->last_reply;
	while (load_is_alive(load) && load->interruptions < 2 &&
		!is_given_up(load, begin) &&
		(load->outstanding > 0 || !has_sent_all(load))) {
		if (load->interruptions > 0)
			load->budget = 0;
		load_turn(load, INSTANT_NEVER);
	}
	load->sends = false;
	if (is_scheduled && load->interruptions == 0)
		load->result->late = load->due_limit - load->result->sent;
}

/* With a ramp, messages have been under way before. */
static void
load_with_messages(struct load *load)
{
	bool is_endless = load->options->duration == 0;
	uint64_t end;

	load->sends = load->options->ramp > 0 && load->options->rate == 0;
	open_all(load);
	begin_to_measure(load);
	end = end_of(load);
	send_all(load);
	while (!is_over(load) && load->now < end &&
		!(has_sent_all(load) && load->outstanding == 0) &&
		!(is_endless && is_stalled(load, PATIENCE)))
		load_turn(load, end);
	end_measuring(load);
	drain(load);
}

/* Without a time to end at, a server that does not close ends it as well. */
static bool
is_left_open(const struct load *load)
{
	return load->options->duration == 0 && load->budget > 0 &&
	       load->opening == 0 && is_stalled(load, PATIENCE);
}

static void
load_with_handshakes(struct load *load)
{
	uint64_t end;

	begin_to_measure(load);
	end = end_of(load);
	await_first(load);
	while (!is_over(load) && load->now < end && !is_left_open(load) &&
		(load->budget > 0 || load->opening > 0)) {
		bool is_one_missing =
			load->opened < load->peer_count && load->budget > 0;

		if (is_one_missing)
			load_open_next(load);
		load_turn(load, is_one_missing ? 0 : end);
	}
	if (is_left_open(load))
		result_fail(load->result, BENCH_WRONG,
			"the server does not end the closing handshakes");
	end_measuring(load);
}

/* Asks the connections in their order, some at a time. */
static void
ask_all(struct load *load)
{
	size_t asked = 0;

	load->sends = true;
	while (load_is_alive(load) && load->interruptions < 2 &&
		(asked < load->opened || load->outstanding > 0) &&
		!is_stalled(load, PATIENCE)) {
		while (asked < load->opened && load->outstanding < ASKED_MAX) {
			struct peer *peer = &load->peers[asked++];

			if (peer->state != PEER_OPEN)
				continue;
			peer->scheduled = 1;
			peer_send(peer, load);
		}
		load_turn(load, INSTANT_NEVER);
	}
	load->sends = false;
}

static void
hold_connections(struct load *load)
{
	uint64_t end;

	open_all(load);
	begin_to_measure(load);
	end = end_of(load);
	while (!is_over(load) && load->now < end)
		load_turn(load, end);
	end_measuring(load);
	load->result->held = load->open;
	load->last_reply = load->now;
	if (load->interruptions < 2)
		ask_all(load);
}

static void
close_all(struct load *load)
{
	uint64_t end = instant_now() + CLOSING_PATIENCE;

	for (size_t i = 0; i < load->opened; i++)
		if (load->peers[i].state == PEER_OPEN)
			peer_leave(&load->peers[i], load);
	load->now = instant_now();
	while (load_is_alive(load) && load->now < end &&
		load->interruptions < 2)
		load_turn(load, end);
}

/* The prefix outlives what it was learned by. */
static void
keep_prefix(struct result *result, const struct expectation *expectation)
{
	size_t length = expectation->prefix_length;

	if (length == 0)
		return;
	result->prefix = malloc(length);
	if (result->prefix == NULL)
		return;
	memcpy(result->prefix, expectation->prefix, length);
	result->prefix_length = length;
}

static void
use(struct load *load)
{
	if (load->options->handshakes) {
		load_with_handshakes(load);
		close_all(load);
		return;
	}
	await_first(load);
	if (is_over(load))
		return;
	if (load->options->idle > 0)
		hold_connections(load);
	else
		load_with_messages(load);
	close_all(load);
}

void
run_bench(const struct bench_options *options, struct result *result)
{
	struct load *load = calloc(1, sizeof(*load));

	if (load == NULL) {
		result_fail(result, BENCH_UNREACHABLE, "out of memory");
		return;
	}
	if (load_init(load, options, result))
		use(load);
	if (load->interruptions > 0)
		result->was_interrupted = true;
	load_release(load);
	keep_prefix(result, &load->expectation);
	free(load);
}

/* Returns false when something could not be written. */
static bool
show(const struct bench_options *options, const struct result *result)
{
	bool is_shown = true;

	if (options->json)
		json_write(stdout, options, result);
	else
		report_write(stdout, options, result);
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		perror("wsbench: standard output");
		is_shown = false;
	}
	if (options->html != NULL &&
		!html_write(options->html, options, result)) {
		fprintf(stderr, "wsbench: cannot write '%s': %s\n",
			options->html, strerror(errno));
		is_shown = false;
	}
	return is_shown;
}

enum bench_status
run_and_report(const struct bench_options *options)
{
	struct result *result = calloc(1, sizeof(*result));
	enum bench_status status;

	if (result == NULL) {
		fprintf(stderr, "wsbench: out of memory\n");
		return BENCH_UNREACHABLE;
	}
	result->server_seconds = -1;
	run_bench(options, result);
	if (options->uri.secure && options->insecure)
		fprintf(stderr, "wsbench: warning: whose certificate it is was "
				"not verified\n");
	status = result_status(result);
	if (result->failure != BENCH_RIGHT)
		fprintf(stderr, "wsbench: %s\n", result->why);
	if (result->handshakes > 0 && !show(options, result) &&
		status == BENCH_RIGHT)
		status = BENCH_WRONG;
	result_release(result);
	free(result);
	return status;
}
