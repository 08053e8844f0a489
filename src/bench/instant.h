/* SPDX-License-Identifier: MIT */
/* Nanoseconds of a clock that only goes forward. */
#ifndef BENCH_INSTANT_H
#define BENCH_INSTANT_H

#include <stdint.h>

#define INSTANT_NEVER UINT64_MAX
#define NANOSECONDS UINT64_C(1000000000) /* a second */

uint64_t instant_now(void);

#endif
