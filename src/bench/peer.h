/* SPDX-License-Identifier: MIT */
/* A connection under load, from connecting to the closing handshake. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "bench/opening.h"
#include "bench/replies.h"
#include "bench/writer.h"

enum peer_state {
	PEER_GONE,
	PEER_CONNECTING,
	PEER_SECURING, /* the handshake of TLS */
	PEER_REQUESTING,
	PEER_OPEN,
	PEER_CLOSING, /* our Close is sent, or about to be */
};

struct load;

struct peer {
	enum peer_state state;
	int descriptor;	  /* -1: the queue of the server was full */
	uint32_t watched; /* events of epoll, 0: it is not in there */
	bool has_failed;
	bool has_more;		     /* it may, and epoll would not tell */
	struct transport *transport; /* NULL while connecting */
	struct opening *opening;     /* NULL before and after */
	struct writer writer;
	struct replies replies;
	uint64_t began;	    /* to connect */
	uint64_t sent;	    /* messages */
	uint64_t scheduled; /* that may be sent up to now */
	uint64_t *times;    /* of sending, or when that was due, in a ring */
};

/* Begins with a descriptor that is connected, or to connect with -1. */
void peer_open(struct peer *peer, struct load *load, int descriptor);

/* Begins to connect, unless the queue is full: the load knows then. */
void peer_connect(struct peer *peer, struct load *load);

/* Goes on after these events of epoll. */
void peer_advance(struct peer *peer, struct load *load, uint32_t events);

/* Sends what may be sent now. */
void peer_send(struct peer *peer, struct load *load);

/* Begins the closing handshake. */
void peer_leave(struct peer *peer, struct load *load);

/* Gives a handshake up that takes too long. */
void peer_time_out(struct peer *peer, struct load *load);

/* Closes at once; what is without a reply is lost. */
void peer_drop(struct peer *peer, struct load *load);

#endif
