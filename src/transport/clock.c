/* SPDX-License-Identifier: MIT */
#include "transport/clock.h"

#include <time.h>

int64_t
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
deadline_after(int64_t milliseconds)
{
	return milliseconds > 0 ? clock_now() + milliseconds : DEADLINE_NEVER;
}

int64_t
deadline_left(int64_t deadline)
{
	int64_t now;

	if (deadline == DEADLINE_NEVER)
		return DEADLINE_NEVER;
	now = clock_now();
	return deadline > now ? deadline - now : 0;
}
