/* SPDX-License-Identifier: MIT */
/* A transport with an output buffer, deadlines and an off switch. */
#ifndef WEBSOCKET_STREAM_H
#define WEBSOCKET_STREAM_H

#include "protocol/buffer.h"
#include "transport/transport.h"

#include <stdatomic.h>

enum stream_event {
	STREAM_READY,	    /* bytes have come */
	STREAM_QUIET,	    /* none for a while, or until the deadline */
	STREAM_INTERRUPTED, /* told once, when the switch has been set */
	STREAM_END,	    /* the peer will send no more */
	STREAM_LOST,	    /* errno says why */
};

struct stream {
	struct transport *transport;
	const atomic_bool *interrupted;
	struct buffer output;
	int64_t send_timeout;  /* milliseconds, 0: none */
	int64_t receive_limit; /* set in the transport, -1: unknown */
	size_t pace;	       /* bytes received a second at most, 0: any */
	int64_t next_turn;     /* to receive, when there is a pace */
	bool interruption_told;
	bool polled; /* the transport does not block, and nothing here does */
};

/* How long a stream without a deadline waits before it is quiet. */
#define STREAM_PATIENCE 100

/*
 * The transport stays the caller's. Another thread may set *interrupted at
 * any time; NULL where nobody does. Sending fails when the peer has taken
 * nothing for send_timeout milliseconds (0: never).
 */
void stream_init(struct stream *stream, struct transport *transport,
	const atomic_bool *interrupted, int64_t send_timeout);
void stream_release(struct stream *stream);

/*
 * Makes the transport ready for bytes until the deadline. STREAM_READY when it
 * is; may be called again, as long as it is not lost.
 */
enum stream_event stream_open(struct stream *stream, int64_t deadline);

/*
 * For who polls the transport, which must not block as long as this is set:
 * stream_receive without a deadline is quiet when nothing is there, what is
 * sent stays in the output, and stream_flush sends as much of it as goes.
 */
void stream_set_polled(struct stream *stream, bool polled);

/*
 * Receives into the room that input has, once, and not more than is parsed
 * well at one go. Is quiet after STREAM_PATIENCE, or with a deadline (not
 * DEADLINE_NEVER) when that has passed. An error is told as STREAM_LOST.
 */
enum stream_event stream_receive(
	struct stream *stream, struct buffer *input, int64_t deadline);

/* As stream_receive, but leaves the bytes where they are; no patience. */
enum stream_event stream_wait(struct stream *stream, int64_t deadline);

/*
 * Lets time pass until the deadline; what comes meanwhile is left where it is.
 * STREAM_QUIET when it has passed. Ends early with STREAM_INTERRUPTED, which
 * is still to be told then, or STREAM_LOST.
 */
enum stream_event stream_pause(struct stream *stream, int64_t deadline);

/* From now on receives at most so many bytes a second. */
void stream_set_pace(struct stream *stream, size_t bytes);

/*
 * Sends, in order: small ones together when the buffer is full or flushed,
 * large ones at once from where they lie. At most STREAM_SLICES_MAX slices.
 * False with errno when the stream is lost.
 */
#define STREAM_SLICES_MAX 4
bool stream_send(
	struct stream *stream, const struct slice *slices, size_t count);
bool stream_flush(struct stream *stream);

/*
 * Makes room for count bytes at the end of the output, for who writes them
 * there; flushes what would be too much. False with errno as stream_send.
 */
bool stream_reserve(struct stream *stream, size_t count);

/* Ends our side: nothing more will be sent. */
void stream_finish(struct stream *stream);

/*
 * Reads off what the peer still sends until it ends its own side, so that what
 * we sent is not lost to a reset; up to the deadline.
 */
void stream_linger(
	struct stream *stream, struct buffer *scratch, int64_t deadline);

/* Gives the output's memory back unless there are bytes in it. */
void stream_relax(struct stream *stream);

#endif
