/* SPDX-License-Identifier: MIT */
#include "bench/load.h"

#include "bench/instant.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define EVENTS_MAX 256
#define NANOSECONDS_A_MILLISECOND UINT64_C(1000000)
#define MILLISECONDS UINT64_C(1000) /* a second */

/* Descriptors that are no connections. */
#define OTHER_DESCRIPTORS 32

#define HANDSHAKE_TIMEOUT (10 * NANOSECONDS)
#define LOOK_INTERVAL NANOSECONDS

/* How long a turn may take, and when a queue that is full may have room. */
#define TURN_MAX (NANOSECONDS / 10)
#define CONNECT_INTERVAL (2 * NANOSECONDS_A_MILLISECOND)

/* Nearer than this, a timer would come too late. */
#define TIMER_SLACK 60000

static bool
complain(struct load *load, const char *what)
{
	result_fail(load->result, BENCH_UNREACHABLE, "%s: %s", what,
		strerror(errno));
	return false;
}

/* As many as the system allows us without asking anybody. */
static bool
raise_descriptor_limit(struct load *load)
{
	rlim_t wanted = (rlim_t)load->peer_count + OTHER_DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return true;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max == RLIM_INFINITY || wanted <= limit.rlim_max)
		return true;
	result_fail(load->result, BENCH_UNREACHABLE,
		"%zu connections need more descriptors than the limit of %llu "
		"(ulimit -Hn)",
		load->peer_count, (unsigned long long)limit.rlim_max);
	return false;
}

/* The first interruption ends the run in order. */
static int
hold_signals(void)
{
	struct sigaction before, ignored = {.sa_handler = SIG_IGN};
	sigset_t set;

	sigaction(SIGPIPE, &ignored, NULL);
	sigemptyset(&set);
	/* What a shell in the background has ignored stays so. */
	if (sigaction(SIGINT, NULL, &before) != 0 ||
		before.sa_handler != SIG_IGN)
		sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static bool
watch(struct load *load, int *descriptor)
{
	struct epoll_event event = {.data.ptr = descriptor, .events = EPOLLIN};

	return *descriptor >= 0 &&
	       epoll_ctl(load->epoll, EPOLL_CTL_ADD, *descriptor, &event) == 0;
}

static bool
prepare_loop(struct load *load)
{
	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	load->signals = hold_signals();
	load->timer =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (load->epoll < 0 || !watch(load, &load->signals) ||
		!watch(load, &load->timer))
		return complain(load, "epoll");
	return true;
}

static bool
prepare_messages(struct load *load)
{
	const struct bench_options *options = load->options;

	load->peers = calloc(load->peer_count, sizeof(*load->peers));
	load->sending = malloc(WRITER_PIECE);
	load->received = malloc(LOAD_RECEIVE_SIZE);
	if (load->peers == NULL || load->sending == NULL ||
		load->received == NULL ||
		!request_init(&load->request, options) ||
		!messages_make(&load->messages, options->type,
			(size_t)options->size, options->deflate))
		return complain(load, "memory");
	expectation_init(
		&load->expectation, &load->messages, options->is_plain_echo);
	return true;
}

/* How many times come before the end; the first is at once. */
static uint64_t
count_due(int64_t rate, int64_t milliseconds)
{
	return ((uint64_t)rate * (uint64_t)milliseconds + MILLISECONDS - 1) /
	       MILLISECONDS;
}

static void
allow(struct load *load)
{
	const struct bench_options *options = load->options;
	bool is_scheduled = options->rate > 0 || options->idle > 0;

	load->budget = UINT64_MAX;
	load->allowance = is_scheduled ? 0 : UINT64_MAX;
	if (options->messages > 0)
		load->budget = (uint64_t)options->messages;
	load->due_limit = UINT64_MAX;
	if (options->duration > 0)
		load->due_limit = count_due(options->rate, options->duration);
	if (load->due_limit > load->budget)
		load->due_limit = load->budget;
}

bool
load_init(struct load *load, const struct bench_options *options,
	struct result *result)
{
	int descriptor;

	*load = (struct load){.options = options,
		.result = result,
		.epoll = -1,
		.signals = -1,
		.timer = -1,
		.renews = options->handshakes,
		.peer_count =
			(size_t)(options->idle > 0 ? options->idle
						   : options->connections)};
	allow(load);
	if (!raise_descriptor_limit(load) || !prepare_messages(load))
		return false;
	descriptor = destination_open(&load->destination, options, result);
	if (descriptor < 0) {
		result->failed++;
		return false;
	}
	if (!prepare_loop(load)) {
		close(descriptor);
		return false;
	}
	progress_init(&load->progress);
	peer_open(&load->peers[load->opened++], load, descriptor);
	return true;
}

static void
close_if_open(int descriptor)
{
	if (descriptor >= 0)
		close(descriptor);
}

void
load_release(struct load *load)
{
	for (size_t i = 0; i < load->opened; i++)
		peer_drop(&load->peers[i], load);
	progress_clear(&load->progress);
	close_if_open(load->epoll);
	close_if_open(load->signals);
	close_if_open(load->timer);
	destination_release(&load->destination);
	request_release(&load->request);
	messages_release(&load->messages);
	free(load->peers);
	free(load->sending);
	free(load->received);
}

void
load_open_next(struct load *load)
{
	peer_open(&load->peers[load->opened++], load, -1);
}

bool
load_is_alive(const struct load *load)
{
	return load->open + load->opening > 0;
}

uint64_t
load_due_time(const struct load *load, uint64_t index)
{
	double seconds = (double)index / (double)load->options->rate;

	return load->start + (uint64_t)(seconds * (double)NANOSECONDS);
}

/* Of each connection in turn a message becomes due. */
static void
send_what_is_due(struct load *load)
{
	while (load->due < load->due_limit &&
		load_due_time(load, load->due) <= load->now) {
		struct peer *peer =
			&load->peers[load->due++ % load->peer_count];

		peer->scheduled++;
		if (peer->state == PEER_OPEN)
			peer_send(peer, load);
	}
}

/* Returns when the next message is due, and has the timer wake us then. */
static uint64_t
arm_timer(struct load *load)
{
	struct itimerspec when = {.it_value.tv_sec = 0};
	uint64_t due;

	if (load->due >= load->due_limit)
		return INSTANT_NEVER;
	due = load_due_time(load, load->due);
	when.it_value.tv_sec = (time_t)(due / NANOSECONDS);
	when.it_value.tv_nsec = (long)(due % NANOSECONDS);
	if (due > load->now + TIMER_SLACK)
		timerfd_settime(load->timer, TFD_TIMER_ABSTIME, &when, NULL);
	return due;
}

static int
milliseconds_until(const struct load *load, uint64_t until, uint64_t due)
{
	if (until <= load->now || due <= load->now + TIMER_SLACK)
		return 0;
	return (int)((until - load->now + NANOSECONDS_A_MILLISECOND - 1) /
		     NANOSECONDS_A_MILLISECOND);
}

static void
read_signals(struct load *load)
{
	struct signalfd_siginfo signal;

	while (read(load->signals, &signal, sizeof(signal)) ==
		(ssize_t)sizeof(signal))
		load->interruptions++;
}

static void
read_timer(struct load *load)
{
	uint64_t count;

	while (read(load->timer, &count, sizeof(count)) > 0)
		;
}

static void
advance(struct load *load, struct peer *peer, uint32_t events)
{
	if (peer->state == PEER_GONE)
		return;
	peer_advance(peer, load, events);
	if (peer->state == PEER_GONE && load->renews && load->measures &&
		load->budget > 0 && !peer->has_failed)
		peer_open(peer, load, -1);
}

static void
handle(struct load *load, const struct epoll_event *event)
{
	if (event->data.ptr == &load->signals) {
		read_signals(load);
		return;
	}
	if (event->data.ptr == &load->timer) {
		read_timer(load);
		return;
	}
	advance(load, event->data.ptr, event->events);
}

/* Each of them once: what is left then has the next turn. */
static void
receive_again(struct load *load)
{
	size_t count = load->has_more ? load->opened : 0;

	load->has_more = false;
	for (size_t i = 0; i < count; i++)
		if (load->peers[i].has_more)
			advance(load, &load->peers[i], EPOLLIN);
}

/* In their order: who came first is not left behind. */
static void
connect_again(struct load *load)
{
	size_t count = load->is_queue_full ? load->opened : 0;

	load->is_queue_full = false;
	for (size_t i = 0; i < count && !load->is_queue_full; i++) {
		struct peer *peer = &load->peers[i];

		if (peer->state == PEER_CONNECTING && peer->descriptor < 0)
			peer_connect(peer, load);
	}
}

/* Gives up what has not become open in time, each second. */
static void
look_at_handshakes(struct load *load)
{
	if (load->now < load->next_look)
		return;
	load->next_look = load->now + LOOK_INTERVAL;
	for (size_t i = 0; i < load->opened && load->opening > 0; i++) {
		struct peer *peer = &load->peers[i];

		if (peer->state != PEER_GONE && peer->state < PEER_OPEN &&
			load->now - peer->began > HANDSHAKE_TIMEOUT)
			peer_time_out(peer, load);
	}
}

static void
show_progress(struct load *load)
{
	const struct result *result = load->result;
	struct progress_figures figures = {
		.open = load->open,
		.handshakes = result->handshakes,
		.failed = result->failed,
		.replies = result->right + result->wrong,
		.wrong = result->wrong,
		.counts_handshakes = load->options->handshakes,
	};

	progress_show(&load->progress, load->now, &figures);
}

void
load_turn(struct load *load, uint64_t until)
{
	struct epoll_event events[EVENTS_MAX];
	uint64_t due = INSTANT_NEVER;
	uint64_t soon;
	int count;

	load->now = instant_now();
	soon = load->now + (load->is_queue_full ? CONNECT_INTERVAL : TURN_MAX);
	if (load->has_more)
		soon = load->now;
	if (load->options->rate > 0 && load->sends) {
		send_what_is_due(load);
		due = arm_timer(load);
	}
	count = epoll_wait(load->epoll, events, EVENTS_MAX,
		milliseconds_until(load, until < soon ? until : soon, due));
	for (int i = 0; i < count; i++)
		handle(load, &events[i]);
	receive_again(load);
	load->now = instant_now();
	connect_again(load);
	look_at_handshakes(load);
	show_progress(load);
}
