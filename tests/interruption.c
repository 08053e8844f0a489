/* SPDX-License-Identifier: MIT */
#include "interruption.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MILLISECONDS_MAX 2000

/* Of "id (name) state ...", as proc(5) has it. */
static char
state_of(pid_t thread_id)
{
	char path[64], text[256] = "";
	const char *name_end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)thread_id);
	file = fopen(path, "r");
	if (file == NULL)
		return '?';
	if (fgets(text, sizeof(text), file) == NULL)
		text[0] = '\0';
	fclose(file);
	name_end = strrchr(text, ')');
	return name_end == NULL || name_end[1] == '\0' ? '?' : name_end[2];
}

/* Whether the target blocks, as far as one can see from outside. */
static bool
target_blocks(const struct interruption *interruption)
{
	int count = 0;

	if (interruption->peer >= 0 &&
		(ioctl(interruption->peer, FIONREAD, &count) < 0 ||
			count < interruption->awaited))
		return false;
	return state_of(interruption->target_id) == 'S';
}

static void
await_target(const struct interruption *interruption)
{
	const struct timespec moment = {.tv_nsec = 1000000};

	for (int i = 0; i < MILLISECONDS_MAX; i++) {
		nanosleep(&moment, NULL);
		if (target_blocks(interruption))
			return;
	}
}

static void
do_nothing(int number)
{
	(void)number;
}

void
interruption_init(
	struct interruption *interruption, int descriptor, atomic_bool *flag)
{
	struct sigaction action = {.sa_handler = do_nothing};

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGURG, &action, NULL) < 0)
		abort();
	*interruption = (struct interruption){.target = pthread_self(),
		.target_id = gettid(),
		.descriptor = descriptor,
		.flag = flag,
		.peer = -1};
}

void
interruption_act(struct interruption *interruption)
{
	const struct timeval soon = {.tv_usec = 1};
	int descriptor = interruption->descriptor;

	await_target(interruption);
	if (interruption->flag != NULL) {
		atomic_store(interruption->flag, true);
		setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &soon,
			sizeof(soon));
		setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &soon,
			sizeof(soon));
	}
	pthread_kill(interruption->target, SIGURG);
}

static void *
run(void *interruption)
{
	interruption_act(interruption);
	return NULL;
}

void
interruption_start(struct interruption *interruption)
{
	if (pthread_create(&interruption->thread, NULL, run, interruption) != 0)
		abort();
}

void
interruption_join(struct interruption *interruption)
{
	pthread_join(interruption->thread, NULL);
}
