/* SPDX-License-Identifier: MIT */
/* Signals as bytes in a pipe, and the one that interrupts a worker. */
#ifndef SERVER_SIGNALS_H
#define SERVER_SIGNALS_H

#include <stdbool.h>

/* Makes a blocking call of the thread it is sent to end with EINTR. */
#define SIGNAL_INTERRUPT SIGURG

/* What signals_take returns for signals_wake. */
#define SIGNAL_WAKE 0

/*
 * Opens the pipe and installs the handlers for TERM, INT, HUP and USR1, which
 * only write there; ignores PIPE. Returns false with errno on failure.
 */
bool signals_open(void);

/* The descriptor that is readable when there is something to take. */
int signals_descriptor(void);

/* The next signal that came, SIGNAL_WAKE, or -1 when there is none left. */
int signals_take(void);

/*
 * What is to be done for all that have come: a storm of HUP asks for no more
 * than one does, while a second TERM or INT is another wish.
 */
struct signals_wishes {
	int stops;
	bool reloads;
	bool statistics;
};
struct signals_wishes signals_take_all(void);

/* Makes the descriptor readable, from any thread. */
void signals_wake(void);

/* Blocks all signals in this thread but the interrupting one. */
void signals_enter_worker(void);

#endif
