/* SPDX-License-Identifier: MIT */
#include "bench/instant.h"

#include <time.h>

uint64_t
instant_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}
