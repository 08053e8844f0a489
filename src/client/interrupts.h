/* SPDX-License-Identifier: MIT */
/* Signals: the way out, and what the terminal tells. */
#ifndef CLIENT_INTERRUPTS_H
#define CLIENT_INTERRUPTS_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * INT, TERM and HUP end the program at once, with the status that says so,
 * until interrupts_hold; a broken pipe is an error of writing.
 */
void interrupts_init(void);

/*
 * From now on signals come in interrupts_poll alone, and the first one to end
 * the program is told there; a second one is not waited for.
 */
void interrupts_hold(void);

/* We end by ourselves: the first one is not waited for any more, either. */
void interrupts_hurry(void);

/* And no longer: signals come at any time again. */
void interrupts_release(void);

/* As poll, for so many milliseconds at most. */
void interrupts_poll(struct pollfd *descriptors, nfds_t count, int64_t limit);

/* Whether the program is to end. */
bool interrupts_have_come(void);

/* Each tells once that the window has changed, or that we go on again. */
bool interrupts_take_resize(void);
bool interrupts_take_resumption(void);

#endif
