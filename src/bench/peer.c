/* SPDX-License-Identifier: MIT */
#include "bench/peer.h"

#include "bench/instant.h"
#include "bench/load.h"
#include "bench/peer_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* How often one peer receives before others may; a record each over TLS. */
#define RECEIVES_MAX 8

bool
peer_is_there(const struct peer *peer)
{
	return peer->state == PEER_OPEN || peer->state == PEER_CLOSING;
}

static void
count_loss(const struct peer *peer, struct load *load)
{
	uint64_t outstanding = peer->sent - peer->replies.count;

	load->outstanding -= outstanding;
	load->result->lost += outstanding;
	if (peer_is_there(peer))
		load->open--;
	else
		load->opening--;
}

void
peer_drop(struct peer *peer, struct load *load)
{
	if (peer->state == PEER_GONE)
		return;
	count_loss(peer, load);
	if (peer->transport != NULL)
		peer->transport->type->close(peer->transport);
	else if (peer->descriptor >= 0)
		close(peer->descriptor);
	opening_free(peer->opening);
	writer_release(&peer->writer);
	replies_release(&peer->replies);
	free(peer->times);
	*peer = (struct peer){.has_failed = peer->has_failed};
}

void
peer_fail(struct peer *peer, struct load *load, enum bench_status status,
	const char *why)
{
	if (peer_is_there(peer))
		load->result->connections_lost++;
	else
		load->result->failed++;
	result_fail(load->result, status, "%s", why);
	peer->has_failed = true;
	peer_drop(peer, load);
}

/*
 * The connection is lost: errno, or TLS, says why. A certificate of ours that
 * is missing shows when TLS is open already, in TLS 1.3.
 */
void
peer_lose(struct peer *peer, struct load *load, enum bench_status status)
{
	const struct transport_type *type = peer->transport->type;
	char why[RESULT_WHY_SIZE];
	const char *reason = strerror(errno);

	if (errno == EPROTO && type->explain != NULL &&
		type->explain(peer->transport) != NULL) {
		reason = type->explain(peer->transport);
		if (status == BENCH_REFUSED)
			status = BENCH_TLS;
	}
	if (peer->state == PEER_CLOSING) {
		peer_drop(peer, load);
		return;
	}
	snprintf(why, sizeof(why), "connection lost: %s", reason);
	peer_fail(peer, load, status,
		peer->state == PEER_SECURING ? reason : why);
}

void
peer_watch(struct peer *peer, struct load *load, uint32_t events)
{
	struct epoll_event event = {.data.ptr = peer, .events = events};
	int operation = peer->watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

	if (peer->watched == events)
		return;
	peer->watched = events;
	if (epoll_ctl(load->epoll, operation, peer->descriptor, &event) < 0)
		peer_fail(peer, load, BENCH_UNREACHABLE, strerror(errno));
}

static void
watch_for_more(struct peer *peer, struct load *load)
{
	bool is_blocked = writer_is_blocked(&peer->writer);

	peer_watch(peer, load, EPOLLIN | (is_blocked ? (uint32_t)EPOLLOUT : 0));
}

static bool
may_send(const struct peer *peer, const struct load *load)
{
	return load->sends && load->budget > 0 && peer->state == PEER_OPEN &&
	       peer->sent < peer->scheduled &&
	       peer->sent - peer->replies.count <
		       (uint64_t)load->options->in_flight;
}

/* When the next message was to be sent, whether or not that was possible. */
static uint64_t
due_time(const struct peer *peer, const struct load *load)
{
	uint64_t number =
		peer->sent * load->peer_count + (uint64_t)(peer - load->peers);

	if (load->options->rate == 0)
		return load->now;
	return load_due_time(load, number);
}

/* Returns the length of a header, 0 when there is no randomness. */
static size_t
begin_message(struct peer *peer, struct load *load, char *room)
{
	bool is_plain_echo = load->options->is_plain_echo;
	uint64_t place = peer->sent % (uint64_t)load->options->in_flight;

	peer->times[place] = due_time(peer, load);
	load->budget--;
	load->outstanding++;
	load->result->sent++;
	return writer_begin(&peer->writer, &load->messages, peer->sent++,
		is_plain_echo ? NULL : &load->keys, room);
}

/* Writes what may be sent, as far as there is room. */
static size_t
fill(struct peer *peer, struct load *load)
{
	struct writer *writer = &peer->writer;
	size_t used = 0, piece;

	for (;;) {
		char *room = load->sending + used;

		piece = writer_go_on(writer, room, WRITER_PIECE - used);
		used += piece;
		if (piece > 0)
			continue;
		if (!writer_is_between_frames(writer) ||
			WRITER_PIECE - used < FRAME_HEADER_MAX ||
			!may_send(peer, load))
			return used;
		piece = begin_message(peer, load, room);
		if (piece == 0)
			return used;
		used += piece;
	}
}

void
peer_send(struct peer *peer, struct load *load)
{
	struct slice bytes = {load->sending, 1};
	bool goes_on = writer_flush(&peer->writer, peer->transport);

	while (goes_on && bytes.length > 0 &&
		!writer_is_blocked(&peer->writer)) {
		bytes.length = fill(peer, load);
		goes_on = writer_send(&peer->writer, peer->transport, bytes);
	}
	if (goes_on)
		watch_for_more(peer, load);
	else
		peer_lose(peer, load,
			peer->state == PEER_REQUESTING ? BENCH_REFUSED
						       : BENCH_WRONG);
}

void
peer_leave(struct peer *peer, struct load *load)
{
	const struct close_body body = {.code = CLOSE_NORMAL};
	char payload[CLOSE_BODY_MAX];
	struct slice bytes = {payload, close_body_encode(&body, payload)};

	peer->state = PEER_CLOSING;
	if (writer_add_control(&peer->writer, OPCODE_CLOSE, bytes, &load->keys))
		peer_send(peer, load);
	else
		peer_drop(peer, load);
}

/* The server has sent Close: behind the answer, what was to be sent is not. */
static void
answer_close(struct peer *peer, struct load *load, unsigned code)
{
	char why[RESULT_WHY_SIZE];

	if (peer->state == PEER_CLOSING) {
		peer_drop(peer, load);
		return;
	}
	snprintf(why, sizeof(why), "closed by the server (%u)", code);
	load->result->connections_lost++;
	result_fail(load->result, BENCH_WRONG, "%s", why);
	peer->has_failed = true;
	peer_leave(peer, load);
	peer_drop(peer, load);
}

/* Replies number first and up have come just now, or something of one. */
static void
record(struct peer *peer, struct load *load, uint64_t first)
{
	uint64_t in_flight = (uint64_t)load->options->in_flight;
	uint64_t count = peer->replies.count - first;
	uint64_t place = first % in_flight;

	load->outstanding -= count;
	load->last_reply = load->now;
	if (load->measures) {
		load->result->measured += count;
		series_add(
			&load->result->series, load->now - load->start, count);
	}
	for (; load->records && first < peer->replies.count; first++) {
		histogram_add(
			&load->result->latency, load->now - peer->times[place]);
		place = place + 1 == in_flight ? 0 : place + 1;
	}
}

/*
 * Of several pings the last is answered: RFC 6455 section 5.5.3. While the
 * connection is open what has not been begun is a Pong, then our Close.
 */
static void
answer_ping(struct peer *peer, struct load *load, const struct intake *intake)
{
	struct buffer *control = &peer->writer.control;

	if (peer->state == PEER_OPEN)
		buffer_release(control);
	if (buffer_length(control) == 0)
		writer_add_control(&peer->writer, OPCODE_PONG,
			(struct slice){intake->ping, intake->ping_length},
			&load->keys);
}

void
peer_take(struct peer *peer, struct load *load, struct slice bytes)
{
	struct intake intake = {.verdict = VERDICT_FINE};
	uint64_t first = peer->replies.count;

	load->now = instant_now();
	replies_take(&peer->replies, bytes, &intake);
	load->result->right += intake.right;
	load->result->wrong += intake.wrong;
	if (peer->replies.count > peer->sent) {
		load->outstanding -= peer->sent - first;
		peer->sent = peer->replies.count;
		peer_fail(
			peer, load, BENCH_WRONG, "more replies than messages");
		return;
	}
	if (!intake.is_pinged || peer->replies.count > first)
		record(peer, load, first);
	if (!verdict_is_fine(intake.verdict)) {
		peer_fail(peer, load, BENCH_WRONG, intake.verdict.why);
		return;
	}
	if (intake.is_pinged)
		answer_ping(peer, load, &intake);
	if (intake.is_closed)
		answer_close(peer, load, intake.code);
}

/* As the transport's receive, but EINTR is dealt with. */
ssize_t
peer_receive(struct peer *peer, void *room, size_t size)
{
	ssize_t received;

	do
		received = peer->transport->type->receive(
			peer->transport, room, size);
	while (received < 0 && errno == EINTR);
	if (received == 0) {
		errno = ECONNRESET;
		return -1;
	}
	return received;
}

/*
 * TLS may hold bytes that the descriptor does not tell of. A peer that never
 * stops must not keep us from the others: what is left has another turn.
 */
void
peer_receive_replies(struct peer *peer, struct load *load)
{
	bool goes_on = true;

	peer->has_more = false;
	for (int i = 0; goes_on && peer_is_there(peer); i++) {
		ssize_t received;

		if (i == RECEIVES_MAX) {
			peer->has_more = load->has_more = true;
			return;
		}
		received =
			peer_receive(peer, load->received, LOAD_RECEIVE_SIZE);
		if (received < 0) {
			if (errno != EAGAIN)
				peer_lose(peer, load, BENCH_WRONG);
			return;
		}
		goes_on = load->destination.tls != NULL ||
			  received == LOAD_RECEIVE_SIZE;
		peer_take(peer, load,
			(struct slice){load->received, (size_t)received});
	}
}

void
peer_connect(struct peer *peer, struct load *load)
{
	peer->descriptor = destination_connect(&load->destination);
	if (peer->descriptor >= 0)
		peer_watch(peer, load, EPOLLOUT);
	else if (errno == EAGAIN)
		load->is_queue_full = true;
	else
		peer_fail(peer, load, BENCH_UNREACHABLE, strerror(errno));
}

void
peer_open(struct peer *peer, struct load *load, int descriptor)
{
	*peer = (struct peer){.state = PEER_CONNECTING,
		.descriptor = descriptor,
		.began = instant_now(),
		.scheduled = load->allowance};
	load->opening++;
	if (load->renews)
		load->budget--;
	if (descriptor >= 0)
		peer_connected(peer, load);
	else
		peer_connect(peer, load);
}

void
peer_advance(struct peer *peer, struct load *load, uint32_t events)
{
	switch (peer->state) {
	case PEER_CONNECTING:
		peer_connected(peer, load);
		return;
	case PEER_SECURING:
		peer_secure(peer, load);
		return;
	case PEER_REQUESTING:
		if (writer_is_blocked(&peer->writer))
			peer_send(peer, load);
		if (peer->state == PEER_REQUESTING)
			peer_receive_answer(peer, load);
		return;
	default:
		if ((events & ~(uint32_t)EPOLLOUT) != 0)
			peer_receive_replies(peer, load);
		if (peer_is_there(peer))
			peer_send(peer, load);
	}
}
