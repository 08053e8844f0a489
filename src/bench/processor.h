/* SPDX-License-Identifier: MIT */
/* What a process costs. */
#ifndef BENCH_PROCESSOR_H
#define BENCH_PROCESSOR_H

#include <stdint.h>

/*
 * Seconds of processor time that all threads of a process have spent so far;
 * less than 0 when that is not known.
 */
double processor_seconds(int64_t pid);

#endif
