/* SPDX-License-Identifier: MIT */
#include "server/activation.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_DESCRIPTOR 3 /* SD_LISTEN_FDS_START */
#define COUNT_MAX 1024

/* Returns -1 for what is no number up to the maximum. */
static long
read_number(const char *text, long max)
{
	char *end;
	long number;

	if (*text < '0' || *text > '9')
		return -1;
	number = strtol(text, &end, 10);
	return *end == '\0' && number <= max ? number : -1;
}

static bool
read_environment(struct activation *activation)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	long number;

	if (pid == NULL || count == NULL ||
		read_number(pid, LONG_MAX) != (long)getpid())
		return true;
	number = read_number(count, COUNT_MAX);
	if (number < 0) {
		fprintf(stderr,
			"wsserver: LISTEN_FDS is no number of sockets\n");
		return false;
	}
	activation->count = (size_t)number;
	if (names == NULL)
		return true;
	activation->names = strdup(names);
	if (activation->names == NULL)
		fprintf(stderr, "wsserver: out of memory\n");
	return activation->names != NULL;
}

bool
activation_take(struct activation *activation)
{
	bool is_read;

	*activation = (struct activation){.first = FIRST_DESCRIPTOR};
	is_read = read_environment(activation);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return is_read;
}

bool
activation_is_named(
	const struct activation *activation, size_t place, const char *name)
{
	const char *at = activation->names;
	size_t length = strlen(name);

	while (at != NULL && place > 0) {
		at = strchr(at, ':');
		if (at != NULL)
			at++;
		place--;
	}
	return at != NULL && strcspn(at, ":") == length &&
	       strncmp(at, name, length) == 0;
}

void
activation_release(struct activation *activation)
{
	free(activation->names);
	activation->names = NULL;
}
