/* SPDX-License-Identifier: MIT */
/* The stacks of workers: small, and with a guard below. */
#ifndef SERVER_STACK_H
#define SERVER_STACK_H

#include <pthread.h>
#include <stdbool.h>

/*
 * Whether the kernel can guard a part of a mapping (Linux 6.13) and stacks have
 * the room that stack_guard takes for granted. Other guards split mappings,
 * whose number the kernel limits for a process.
 */
bool stack_can_guard(void);

/* How many mappings a stack takes that has an ordinary guard. */
#define STACK_MAPPINGS 2

/*
 * Prepares the attributes of a thread that calls stack_guard first if it can,
 * and else has an ordinary guard.
 */
void stack_configure(pthread_attr_t *attributes, bool can_guard);

/*
 * Makes the lower end of the calling thread's stack fault, where it is a good
 * 128 KiB deep. Returns false when memory is short.
 */
bool stack_guard(void);

#endif
