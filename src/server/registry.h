/* SPDX-License-Identifier: MIT */
/* Who is connected: limits, counts, and the way to stop them all. */
#ifndef SERVER_REGISTRY_H
#define SERVER_REGISTRY_H

#include "server/tally.h"
#include "transport/address.h"
#include "websocket/connection.h"

#include <pthread.h>

/* What a worker has in the registry; its fields are the registry's. */
struct registry_entry {
	struct registry_entry *next, *previous;
	pthread_t thread;
	int descriptor;
	const struct traffic *traffic;
	int64_t entered; /* microseconds of the clock */
	atomic_bool interrupted;
	bool has_joined;
	bool is_upgraded;
	unsigned char host[ADDRESS_HOST_SIZE];
	size_t host_length;
	uint64_t number;
};

struct registry_limits {
	int64_t clients;
	int64_t pending;
	int64_t clients_per_ip; /* 0: none */
};

struct registry_totals {
	uint64_t clients;
	uint64_t pending;
	uint64_t accepted;
	struct tally tally;
	struct traffic traffic;
};

/* One lock guards all of it; nothing that can block happens under it. */
struct registry {
	pthread_mutex_t lock;
	struct registry_limits limits;
	struct registry_entry *first; /* of the workers' list */
	void *hosts;		      /* how many entries each has */
	int64_t threads;
	struct registry_totals totals; /* the traffic: of who left */
	bool is_stopping;
};

void registry_init(
	struct registry *registry, const struct registry_limits *limits);

/*
 * Counts a connection in, before its worker is started, as one that is not
 * upgraded. Fails with 503, and does not count it, when a limit is reached.
 * The peer is NULL where it is not known yet.
 */
struct verdict registry_enter(struct registry *registry,
	struct registry_entry *entry, const struct address *peer);

/*
 * Counts an entry whose peer was not known for the address that it has. Fails
 * with 503 when that has enough.
 */
struct verdict registry_identify(struct registry *registry,
	struct registry_entry *entry, const struct address *peer);

/* Counts that somebody was turned away, and why. */
void registry_count_refusal(struct registry *registry, struct verdict verdict);

/* Called by the worker: from now on it may be interrupted. */
void registry_join(struct registry *registry, struct registry_entry *entry,
	int descriptor, const struct traffic *traffic);

/*
 * Counts an entry as a client, and how long that took. Fails with 503 when
 * there are enough.
 */
struct verdict registry_upgrade(
	struct registry *registry, struct registry_entry *entry);

/* Counts that a connection that was open has ended, and how. */
void registry_count_end(struct registry *registry, struct connection_end end);

/*
 * Counts an entry out of its limits. A worker that has joined is interrupted
 * no more from now on, and its descriptor not touched.
 */
void registry_leave(struct registry *registry, struct registry_entry *entry);

/*
 * Counts the thread out: the worker's last act, or in place of a worker that
 * could not be started. Calls signals_wake when it was the last to stop.
 */
void registry_count_out(struct registry *registry);

/* Refuses new connections and interrupts all workers. */
void registry_stop(struct registry *registry);

/* Shuts down the sockets of all workers. */
void registry_shut_down(struct registry *registry);

bool registry_is_empty(struct registry *registry);

struct registry_totals registry_totals(struct registry *registry);

#endif
