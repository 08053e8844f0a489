/* SPDX-License-Identifier: MIT */
#include "server/notify.h"

#include "transport/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_MAX 512

/* How often the status is told where there is no watchdog. */
#define STATUS_INTERVAL 10000

/* What poll can wait for. */
#define INTERVAL_MAX 86400000

/* For a manager that does not read: we have other things to do. */
#define SEND_TIMEOUT 1

static bool
set_address(struct notify *notify, const char *path)
{
	size_t length = strlen(path);
	char *place = notify->address.sun_path;

	if ((*path != '/' && *path != '@') || length < 2 ||
		length >= sizeof(notify->address.sun_path))
		return false;
	notify->address.sun_family = AF_UNIX;
	memcpy(place, path, length + 1);
	notify->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				     length + (*path == '/'));
	/* In the abstract namespace, where names end with their length. */
	if (*path == '@')
		*place = '\0';
	return true;
}

/* The time between signs of life is half of what the watchdog waits. */
static void
set_interval(struct notify *notify)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	uintmax_t wait = usec != NULL ? strtoumax(usec, NULL, 10) / 1000 : 0;

	notify->interval = STATUS_INTERVAL;
	if (wait == 0 || (pid != NULL && strtoimax(pid, NULL, 10) != getpid()))
		return;
	notify->is_watched = true;
	if (wait > 2 * (uintmax_t)INTERVAL_MAX)
		wait = 2 * (uintmax_t)INTERVAL_MAX;
	notify->interval = wait > 1 ? (int64_t)wait / 2 : 1;
}

static bool
open_socket(struct notify *notify)
{
	struct timeval timeout = {.tv_sec = SEND_TIMEOUT};

	notify->descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify->descriptor < 0)
		return false;
	setsockopt(notify->descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout,
		sizeof(timeout));
	notify->next = deadline_after(notify->interval);
	return true;
}

bool
notify_open(struct notify *notify)
{
	const char *path = getenv("NOTIFY_SOCKET");
	bool is_open = true;

	*notify = (struct notify){.descriptor = -1, .next = DEADLINE_NEVER};
	set_interval(notify);
	if (path != NULL && set_address(notify, path))
		is_open = open_socket(notify);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return is_open;
}

void
notify_close(struct notify *notify)
{
	if (notify->descriptor >= 0)
		close(notify->descriptor);
	notify->descriptor = -1;
	notify->next = DEADLINE_NEVER;
}

/* A manager that is gone, or does not read, is no reason to stop. */
static void
tell(const struct notify *notify, const char *message)
{
	const struct sockaddr *address =
		(const struct sockaddr *)&notify->address;

	if (notify->descriptor < 0)
		return;
	while (sendto(notify->descriptor, message, strlen(message),
		       MSG_NOSIGNAL, address, notify->length) < 0 &&
		errno == EINTR)
		continue;
}

static void
tell_status(const struct notify *notify, const char *what, const char *status)
{
	char message[MESSAGE_MAX];

	snprintf(message, sizeof(message), "%sSTATUS=%s\n", what, status);
	tell(notify, message);
}

void
notify_ready(const struct notify *notify, const char *status)
{
	tell_status(notify, "READY=1\n", status);
}

/* The time tells a manager that this belongs to its own signal. */
void
notify_reloading(const struct notify *notify)
{
	struct timespec now;
	char message[MESSAGE_MAX];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(message, sizeof(message),
		"RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\n",
		(int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	tell(notify, message);
}

void
notify_stopping(const struct notify *notify, const char *status)
{
	tell_status(notify, "STOPPING=1\n", status);
}

bool
notify_is_due(const struct notify *notify)
{
	return deadline_left(notify->next) == 0;
}

void
notify_live(struct notify *notify, const char *status)
{
	tell_status(notify, notify->is_watched ? "WATCHDOG=1\n" : "", status);
	notify->next = deadline_after(notify->interval);
}
