/* SPDX-License-Identifier: MIT */
/* What zlibecho has of tools. */
#ifndef BENCH_TOOL_H
#define BENCH_TOOL_H

#include <stddef.h>

/* Seconds of a clock that only goes forward. */
double now(void);

/* Exits when memory is short. */
void *allocate(size_t size);

/* Reads the argument of an option. Exits when it is not in the range. */
long number(const char *text, long least, long most);

#endif
