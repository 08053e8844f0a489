/* SPDX-License-Identifier: MIT */
#include "websocket/stream.h"

#include "transport/clock.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

/* What is received at once: it is parsed while it is still in cache. */
#define RECEIVE_MAX 131072

/* Up to here copying is cheaper than a system call of its own. */
#define GATHERED_SLICES_MAX 16384
#define OUTPUT_MAX 65536

/* What a peer may still send after the end before it is cut off. */
#define LINGER_PIECE 4096
#define LINGER_BYTES_MAX (64 << 20)

#define LIMIT_UNKNOWN (-1)

/* In so many parts of the send timeout it is looked whether the peer reads. */
#define SEND_PARTS 16

/* Milliseconds in which a pause looks at nothing. */
#define NAP_MAX 100

/* In so many turns a second what a pace allows is received, if it can be. */
#define TURNS 10

/* How long one call may take, in milliseconds; 0: for ever. */
static int64_t
send_limit(const struct stream *stream)
{
	return (stream->send_timeout + SEND_PARTS - 1) / SEND_PARTS;
}

void
stream_init(struct stream *stream, struct transport *transport,
	const atomic_bool *interrupted, int64_t send_timeout)
{
	*stream = (struct stream){
		.transport = transport,
		.interrupted = interrupted,
		.send_timeout = send_timeout,
		.receive_limit = LIMIT_UNKNOWN,
	};
	if (send_timeout > 0)
		transport->type->set_time_limit(
			transport, TRANSPORT_SENDING, send_limit(stream));
}

void
stream_release(struct stream *stream)
{
	buffer_release(&stream->output);
}

void
stream_set_polled(struct stream *stream, bool polled)
{
	stream->polled = polled;
}

static bool
is_interrupted(const struct stream *stream)
{
	return stream->interrupted != NULL && atomic_load(stream->interrupted);
}

/* Who interrupts also shortens both time limits: they are set anew. */
static bool
tell_interruption(struct stream *stream)
{
	if (stream->interruption_told || !is_interrupted(stream))
		return false;
	stream->interruption_told = true;
	stream->receive_limit = LIMIT_UNKNOWN;
	return true;
}

static void
set_receive_limit(struct stream *stream, int64_t limit)
{
	if (limit == stream->receive_limit)
		return;
	stream->transport->type->set_time_limit(
		stream->transport, TRANSPORT_RECEIVING, limit);
	stream->receive_limit = limit;
}

/*
 * What a failed call means; STREAM_READY: try again. A limit can pass early,
 * since an interruption shortens it, so a deadline is judged by the clock.
 */
static enum stream_event
judge_failure(struct stream *stream, int64_t deadline, bool patient)
{
	if (errno == EINTR)
		return STREAM_READY;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return STREAM_LOST;
	stream->receive_limit = LIMIT_UNKNOWN;
	if (patient || deadline_left(deadline) == 0)
		return STREAM_QUIET;
	return STREAM_READY;
}

/* Returns false when there is an event to tell instead of receiving. */
static bool
prepare(struct stream *stream, int64_t deadline, bool patient,
	enum stream_event *event)
{
	int64_t limit = STREAM_PATIENCE;

	if (!patient) {
		limit = deadline_left(deadline);
		if (limit == 0) {
			*event = STREAM_QUIET;
			return false;
		}
		if (limit == DEADLINE_NEVER)
			limit = 0;
	}
	if (!stream->polled)
		set_receive_limit(stream, limit);
	if (tell_interruption(stream)) {
		*event = STREAM_INTERRUPTED;
		return false;
	}
	return true;
}

static void
nap(int64_t milliseconds)
{
	struct timespec time = {.tv_nsec = milliseconds * 1000000};

	nanosleep(&time, NULL);
}

/* Short times, and those in which bytes wait to be received, are slept. */
enum stream_event
stream_pause(struct stream *stream, int64_t deadline)
{
	struct transport *transport = stream->transport;
	enum stream_event event = STREAM_READY;

	while (event == STREAM_READY) {
		int64_t left = deadline_left(deadline);

		if (left > NAP_MAX)
			set_receive_limit(stream, left);
		if (is_interrupted(stream))
			event = STREAM_INTERRUPTED;
		else if (left == 0)
			event = STREAM_QUIET;
		else if (left <= NAP_MAX)
			nap(left);
		else if (transport->type->wait(transport) == 0 &&
			 transport->type->check(transport) == 0)
			nap(NAP_MAX);
		else
			event = judge_failure(stream, deadline, false);
	}
	return event;
}

void
stream_set_pace(struct stream *stream, size_t bytes)
{
	stream->pace = bytes;
}

/* What of a size may be received in the turn that is waited for. */
static size_t
await_turn(struct stream *stream, size_t size, int64_t deadline)
{
	size_t most = stream->pace < TURNS ? 1 : stream->pace / TURNS;

	stream_pause(stream,
		deadline < stream->next_turn ? deadline : stream->next_turn);
	return size < most ? size : most;
}

static void
take_turn(struct stream *stream, size_t received)
{
	int64_t time = (int64_t)((received * 1000 - 1) / stream->pace + 1);

	stream->next_turn = clock_now() + time;
}

enum stream_event
stream_receive(struct stream *stream, struct buffer *input, int64_t deadline)
{
	struct transport *transport = stream->transport;
	bool patient = deadline == DEADLINE_NEVER;
	size_t size = buffer_room_size(input);
	enum stream_event event = STREAM_READY;

	assert(size > 0);
	if (size > RECEIVE_MAX)
		size = RECEIVE_MAX;
	if (stream->pace > 0)
		size = await_turn(stream, size, deadline);
	while (prepare(stream, deadline, patient, &event)) {
		ssize_t received = transport->type->receive(
			transport, buffer_room(input), size);

		if (received > 0) {
			buffer_add(input, (size_t)received);
			if (stream->pace > 0)
				take_turn(stream, (size_t)received);
			return STREAM_READY;
		}
		if (received == 0)
			return STREAM_END;
		event = judge_failure(stream, deadline, patient);
		if (event != STREAM_READY)
			return event;
	}
	return event;
}

/* Until a call succeeds. */
static enum stream_event
repeat(struct stream *stream, int (*call)(struct transport *), int64_t deadline)
{
	enum stream_event event = STREAM_READY;

	while (prepare(stream, deadline, false, &event)) {
		if (call(stream->transport) == 0)
			return STREAM_READY;
		event = judge_failure(stream, deadline, false);
		if (event != STREAM_READY)
			return event;
	}
	return event;
}

enum stream_event
stream_open(struct stream *stream, int64_t deadline)
{
	const struct transport_type *type = stream->transport->type;

	return type->open == NULL ? STREAM_READY
				  : repeat(stream, type->open, deadline);
}

enum stream_event
stream_wait(struct stream *stream, int64_t deadline)
{
	return repeat(stream, stream->transport->type->wait, deadline);
}

/*
 * Whether a send that took nothing may be tried once more. The system takes
 * bytes again when much of its buffer is free, which can take a peer that
 * reads slowly longer than the timeout.
 */
static bool
may_send_again(struct stream *stream, int64_t *stalled_until)
{
	struct transport *transport = stream->transport;
	int64_t limit = send_limit(stream);

	if (errno == EINTR)
		return true;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return false;
	if (transport->type->advances(transport) || *stalled_until == 0)
		*stalled_until = deadline_after(stream->send_timeout);
	if (deadline_left(*stalled_until) == 0) {
		errno = ETIMEDOUT;
		return false;
	}
	transport->type->set_time_limit(transport, TRANSPORT_SENDING, limit);
	return true;
}

static void
skip_sent(struct iovec **pieces, int *count, size_t sent)
{
	while (*count > 0 && sent >= (*pieces)->iov_len) {
		sent -= (*pieces)->iov_len;
		(*pieces)++;
		(*count)--;
	}
	if (*count > 0) {
		(*pieces)->iov_base = (char *)(*pieces)->iov_base + sent;
		(*pieces)->iov_len -= sent;
	}
}

static bool
send_all(struct stream *stream, struct iovec *pieces, int count)
{
	struct transport *transport = stream->transport;
	int64_t stalled_until = 0; /* 0: it is not */

	skip_sent(&pieces, &count, 0);
	while (count > 0) {
		ssize_t sent = transport->type->send(transport, pieces, count);

		if (sent > 0) {
			stalled_until = 0;
			skip_sent(&pieces, &count, (size_t)sent);
		} else if (sent < 0 &&
			   !may_send_again(stream, &stalled_until)) {
			return false;
		}
	}
	return true;
}

static struct iovec
piece_of(struct slice slice)
{
	return (struct iovec){(void *)(uintptr_t)slice.data, slice.length};
}

static bool
send_through(struct stream *stream, const struct slice *slices, size_t count)
{
	struct iovec pieces[STREAM_SLICES_MAX + 1];
	struct slice output = buffer_bytes(&stream->output);

	pieces[0] = piece_of(output);
	for (size_t i = 0; i < count; i++)
		pieces[i + 1] = piece_of(slices[i]);
	if (!send_all(stream, pieces, (int)count + 1))
		return false;
	buffer_consume(&stream->output, output.length);
	return true;
}

bool
stream_send(struct stream *stream, const struct slice *slices, size_t count)
{
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += slices[i].length;
	if (stream->polled) {
		if (!stream_reserve(stream, length))
			return false;
	} else if (length > GATHERED_SLICES_MAX ||
		   !buffer_reserve(&stream->output, length))
		return send_through(stream, slices, count);
	for (size_t i = 0; i < count; i++)
		buffer_append(&stream->output, slices[i]);
	return stream->polled || buffer_length(&stream->output) < OUTPUT_MAX ||
	       stream_flush(stream);
}

/* Sends of the output what the transport takes. */
static bool
send_what_goes(struct stream *stream)
{
	struct transport *transport = stream->transport;

	while (buffer_length(&stream->output) > 0) {
		struct iovec piece = piece_of(buffer_bytes(&stream->output));
		ssize_t sent = transport->type->send(transport, &piece, 1);

		if (sent > 0)
			buffer_consume(&stream->output, (size_t)sent);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return true;
		else if (errno != EINTR)
			return false;
	}
	return true;
}

bool
stream_flush(struct stream *stream)
{
	if (buffer_length(&stream->output) == 0)
		return true;
	if (stream->polled)
		return send_what_goes(stream);
	return send_through(stream, NULL, 0);
}

bool
stream_reserve(struct stream *stream, size_t count)
{
	if (!stream->polled &&
		buffer_length(&stream->output) + count > OUTPUT_MAX &&
		!stream_flush(stream))
		return false;
	if (buffer_reserve(&stream->output, count))
		return true;
	errno = ENOMEM;
	return false;
}

void
stream_finish(struct stream *stream)
{
	stream->transport->type->finish(stream->transport);
}

void
stream_linger(struct stream *stream, struct buffer *scratch, int64_t deadline)
{
	size_t left = LINGER_BYTES_MAX;

	for (;;) {
		enum stream_event event;

		buffer_consume(scratch, buffer_length(scratch));
		if (!buffer_reserve(scratch, LINGER_PIECE))
			return;
		event = stream_receive(stream, scratch, deadline);
		if (event != STREAM_READY && event != STREAM_INTERRUPTED)
			return;
		if (buffer_length(scratch) > left)
			return;
		left -= buffer_length(scratch);
	}
}

void
stream_relax(struct stream *stream)
{
	if (buffer_length(&stream->output) == 0)
		buffer_release(&stream->output);
}
