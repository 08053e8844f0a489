/* SPDX-License-Identifier: MIT */
#include "tool.h"

#include <err.h>
#include <stdlib.h>
#include <time.h>

double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void *
allocate(size_t size)
{
	void *memory = malloc(size > 0 ? size : 1);

	if (memory == NULL)
		err(EXIT_FAILURE, "malloc");
	return memory;
}

long
number(const char *text, long least, long most)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value < least || value > most)
		errx(2, "%s is not a number from %ld to %ld", text, least,
			most);
	return value;
}
