/* SPDX-License-Identifier: MIT */
/* The main thread: accepts, starts workers, heeds signals, drains. */
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "server/listener.h"
#include "server/notify.h"
#include "server/session.h"
#include "transport/tls_context.h"

enum server_end {
	SERVER_DRAINED,
	SERVER_FORCED, /* workers are left */
};

struct server_settings {
	const struct session_settings *session;
	struct notify *notify;
	struct tls_files files; /* read again at HUP, if there are any */
	int64_t grace;		/* milliseconds */
};

/*
 * Serves until TERM or INT, and until all workers are done then; closes the
 * listeners. *tls, NULL where there is no TLS, is replaced at HUP.
 */
enum server_end server_run(const struct server_settings *settings,
	struct listeners *listeners, SSL_CTX **tls);

#endif
