/* SPDX-License-Identifier: MIT */
#include "server/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static int pipe_[2] = {-1, -1};

static void
put(unsigned char byte)
{
	int saved = errno;
	ssize_t written = write(pipe_[1], &byte, 1);

	/* A full pipe has woken its reader already. */
	(void)written;
	errno = saved;
}

static void
handle(int number)
{
	put((unsigned char)number);
}

static void
do_nothing(int number)
{
	(void)number;
}

bool
signals_open(void)
{
	static const int told[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
	struct sigaction action = {.sa_handler = handle};

	if (pipe2(pipe_, O_CLOEXEC | O_NONBLOCK) < 0)
		return false;
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		sigaction(told[i], &action, NULL);
	action.sa_handler = do_nothing;
	sigaction(SIGNAL_INTERRUPT, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
	return true;
}

int
signals_descriptor(void)
{
	return pipe_[0];
}

int
signals_take(void)
{
	unsigned char byte;

	return read(pipe_[0], &byte, 1) == 1 ? byte : -1;
}

struct signals_wishes
signals_take_all(void)
{
	struct signals_wishes wishes = {.stops = 0};
	int number;

	while ((number = signals_take()) != -1) {
		if (number == SIGTERM || number == SIGINT)
			wishes.stops++;
		else if (number == SIGHUP)
			wishes.reloads = true;
		else if (number == SIGUSR1)
			wishes.statistics = true;
	}
	return wishes;
}

void
signals_wake(void)
{
	put(SIGNAL_WAKE);
}

void
signals_enter_worker(void)
{
	sigset_t all;

	sigfillset(&all);
	sigdelset(&all, SIGNAL_INTERRUPT);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
}
