/* SPDX-License-Identifier: MIT */
/* What a service manager is told of the server: sd_notify(3). */
#ifndef SERVER_NOTIFY_H
#define SERVER_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

/* For the main thread. */
struct notify {
	int descriptor; /* -1: nobody wants to know */
	struct sockaddr_un address;
	socklen_t length;
	bool is_watched;
	int64_t interval; /* milliseconds between signs of life */
	int64_t next;	  /* deadline of transport/clock.h for the next */
};

/*
 * Finds in NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID whom to tell and how
 * often, and removes them from the environment. Returns false with errno when
 * no socket is to be had.
 */
bool notify_open(struct notify *notify);

void notify_close(struct notify *notify);

/* What is going on, in a phrase for people. */
void notify_ready(const struct notify *notify, const char *status);
void notify_reloading(const struct notify *notify);
void notify_stopping(const struct notify *notify, const char *status);

/* Whether it is time for a sign of life. */
bool notify_is_due(const struct notify *notify);

/* Gives one, with a status, and sets the time for the next. */
void notify_live(struct notify *notify, const char *status);

#endif
