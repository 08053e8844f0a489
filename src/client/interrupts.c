/* SPDX-License-Identifier: MIT */
#include "client/interrupts.h"

#include "client/status.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t is_patient, ends, resizes, resumptions;
static sigset_t held, outside;

static void
handle(int signal)
{
	if (signal == SIGWINCH) {
		resizes = 1;
	} else if (signal == SIGCONT) {
		resumptions = 1;
	} else {
		if (!is_patient || ends > 0)
			_exit(CLIENT_INTERRUPTED);
		ends = 1;
	}
}

void
interrupts_init(void)
{
	static const int signals[] = {
		SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT};
	struct sigaction action = {.sa_handler = handle};
	struct sigaction before, ignored = {.sa_handler = SIG_IGN};

	sigemptyset(&held);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* What nohup, or a shell in the background, has ignored. */
		if (sigaction(signals[i], NULL, &before) == 0 &&
			before.sa_handler == SIG_IGN)
			continue;
		sigaction(signals[i], &action, NULL);
		sigaddset(&held, signals[i]);
	}
	sigaction(SIGPIPE, &ignored, NULL);
}

void
interrupts_hold(void)
{
	sigprocmask(SIG_BLOCK, &held, &outside);
	is_patient = 1;
}

void
interrupts_hurry(void)
{
	is_patient = 0;
}

void
interrupts_release(void)
{
	sigprocmask(SIG_SETMASK, &outside, NULL);
}

void
interrupts_poll(struct pollfd *descriptors, nfds_t count, int64_t limit)
{
	struct timespec time = {
		(time_t)(limit / 1000), (long)(limit % 1000 * 1000000)};
	int ready = ppoll(
		descriptors, count, limit > INT32_MAX ? NULL : &time, &outside);

	for (nfds_t i = 0; ready < 0 && i < count; i++)
		descriptors[i].revents = 0;
}

bool
interrupts_have_come(void)
{
	return ends > 0;
}

bool
interrupts_take_resize(void)
{
	bool has_come = resizes != 0;

	resizes = 0;
	return has_come;
}

bool
interrupts_take_resumption(void)
{
	bool has_come = resumptions != 0;

	resumptions = 0;
	return has_come;
}
