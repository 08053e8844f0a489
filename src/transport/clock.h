/* SPDX-License-Identifier: MIT */
/* Deadlines: milliseconds of a clock that nobody can set. */
#ifndef TRANSPORT_CLOCK_H
#define TRANSPORT_CLOCK_H

#include <stdint.h>

#define DEADLINE_NEVER INT64_MAX

int64_t clock_now(void);

/* The same clock in microseconds, for what is measured. */
int64_t clock_microseconds(void);

/* Now plus some milliseconds; 0 or less means DEADLINE_NEVER. */
int64_t deadline_after(int64_t milliseconds);

/* Milliseconds until then, 0 when it has passed. */
int64_t deadline_left(int64_t deadline);

#endif
