/* SPDX-License-Identifier: MIT */
/* Interrupting a thread that blocks, from another, as the registry does it. */
#ifndef TESTS_INTERRUPTION_H
#define TESTS_INTERRUPTION_H

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

/* The thread that is to be interrupted, and what it blocks on. */
struct interruption {
	pthread_t target;
	pid_t target_id;
	int descriptor;
	atomic_bool *flag; /* NULL: only the signal is sent */
	int peer;	   /* the other end, or -1 */
	int awaited;	   /* bytes that must have come there before */
	pthread_t thread;
};

/* The target is the thread that calls this. Awaits nothing at the peer. */
void interruption_init(
	struct interruption *interruption, int descriptor, atomic_bool *flag);

/*
 * For another thread: once the target sleeps in the kernel, sets the flag,
 * sets both time limits to 1 microsecond, and sends one SIGURG. Waits 2 s at
 * most; nothing breaks when the target sleeps elsewhere than it was meant to.
 */
void interruption_act(struct interruption *interruption);

/* The same in a thread of its own. */
void interruption_start(struct interruption *interruption);
void interruption_join(struct interruption *interruption);

#endif
