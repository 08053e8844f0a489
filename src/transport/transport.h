/* SPDX-License-Identifier: MIT */
/* A blocking byte stream with time limits: what all transports have. */
#ifndef TRANSPORT_TRANSPORT_H
#define TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

enum transport_direction {
	TRANSPORT_RECEIVING,
	TRANSPORT_SENDING,
};

struct transport;

/* Calls that fail return -1 and set errno; a time limit passed is EAGAIN. */
struct transport_type {
	/*
	 * Makes the stream ready for bytes, as a handshake does; may be called
	 * again after a time limit. NULL: it is from the start.
	 */
	int (*open)(struct transport *);

	/* At most size bytes, as soon as there are any; 0 at the end. */
	ssize_t (*receive)(struct transport *, void *data, size_t size);

	/* Blocks until receive would not; takes no bytes. */
	int (*wait)(struct transport *);

	/* Fails if the peer is known to be gone, whatever it sent before. */
	int (*check)(struct transport *);

	/* Some of the bytes at least. A peer that is gone is EPIPE. */
	ssize_t (*send)(struct transport *, struct iovec *pieces, int count);

	/*
	 * Whether the peer has taken bytes since this was asked last; asked
	 * again and again while none can be sent.
	 */
	bool (*advances)(struct transport *);

	/* The limit for each later call in that direction; 0: none. */
	int (*set_time_limit)(struct transport *, enum transport_direction,
		int64_t milliseconds);

	/* Tells the peer that no more bytes will come; may still receive. */
	int (*finish)(struct transport *);

	/*
	 * From now on close resets the stream rather than ending it in order;
	 * what the peer has not got by then is lost. A stream that knows no
	 * reset, as a Unix socket, just ends.
	 */
	void (*reset)(struct transport *);

	/*
	 * What went wrong when errno was EPROTO; NULL if nothing did, or for
	 * transports that never say so. Lives as long as the transport.
	 */
	const char *(*explain)(const struct transport *);

	/* Closes and frees. */
	void (*close)(struct transport *);
};

/* Belongs to one thread. Each type puts this at the start of its own. */
struct transport {
	const struct transport_type *type;
};

#endif
