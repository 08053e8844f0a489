/* SPDX-License-Identifier: MIT */
/* The main thread: accepts, starts workers, heeds signals, drains. */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "server/listener.h"
#include "server/session.h"

enum server_end {
	SERVER_DRAINED,
	SERVER_FORCED, /* workers are left */
};

/*
 * Serves until TERM or INT, and until all workers are done then; closes the
 * listeners. The grace period is in milliseconds.
 */
enum server_end server_run(const struct session_settings *settings,
	struct listeners *listeners, int64_t grace);

#endif
