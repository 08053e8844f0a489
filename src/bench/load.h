/* SPDX-License-Identifier: MIT */
/* All connections together, what they may do now, and the loop over them. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "bench/destination.h"
#include "bench/opening.h"
#include "bench/peer.h"
#include "bench/progress.h"
#include "bench/result.h"

/* What is received at once, while it is hot in the cache. */
#define LOAD_RECEIVE_SIZE 131072

struct load {
	const struct bench_options *options;
	struct result *result;
	struct destination destination;
	struct request request;
	struct messages messages;
	struct expectation expectation;
	struct keys keys;

	int epoll, signals, timer;
	struct peer *peers;
	size_t peer_count;
	size_t opened;	      /* of the peers, from the first one on */
	size_t opening, open; /* connections in these states */
	bool is_queue_full;   /* some are to be connected again */
	bool has_more;	      /* some are to receive again */

	uint64_t outstanding; /* messages without a reply so far */
	uint64_t budget;      /* messages, or handshakes, yet to begin */
	uint64_t allowance;   /* of these for each peer, to begin with */
	bool sends;	      /* messages are sent */
	bool records;	      /* latencies count */
	bool measures;	      /* and rates */
	bool renews; /* connections are closed as soon as open, for others */
	unsigned interruptions;

	uint64_t due;	    /* messages that were so far, with a rate */
	uint64_t due_limit; /* and will be at most */

	uint64_t now;	     /* when the bytes at hand were received */
	uint64_t start;	     /* of what is measured */
	uint64_t last_reply; /* or what else shows that the server lives */
	uint64_t next_look;  /* for handshakes that take too long */
	struct progress progress;
	char *sending, *received; /* room of WRITER_PIECE, and the above */
};

/*
 * Sets everything up for so many connections, the first of which is under way
 * then. Returns false, and the result tells why, when that is not possible;
 * there is something to be released all the same.
 */
bool load_init(struct load *load, const struct bench_options *options,
	struct result *result);
void load_release(struct load *load);

/* Opens another connection, which stands behind those that there are. */
void load_open_next(struct load *load);

/* Deals with what happens next, but waits for it no longer than until then. */
void load_turn(struct load *load, uint64_t until);

/* Whether any connection may still bring a reply. */
bool load_is_alive(const struct load *load);

/* When message number index is due, with a rate. */
uint64_t load_due_time(const struct load *load, uint64_t index);

#endif
