/* SPDX-License-Identifier: MIT */
/* What the programs of the benchmark have in common. */
#ifndef BENCH_TOOL_H
#define BENCH_TOOL_H

/* Seconds of a clock that only goes forward. */
double now(void);

/* Reads the argument of an option. Exits when it is not in the range. */
long number(const char *text, long least, long most);

#endif
