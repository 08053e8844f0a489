/* SPDX-License-Identifier: MIT */
/* One connection's life in its worker, from the request to the log line. */
#ifndef SERVER_SESSION_H
#define SERVER_SESSION_H

#include "server/pages.h"
#include "server/proxies.h"
#include "service/service.h"

#include <openssl/types.h>

/* What all sessions share; nothing but the registry changes any more. */
struct session_settings {
	struct registry *registry;
	struct connection_settings connection;
	struct service_settings service;
	struct page_settings pages;
	struct proxies proxies;
	int64_t handshake_timeout; /* milliseconds */
	unsigned user_timeout;	   /* of TCP, milliseconds */
	bool can_guard;		   /* of server/stack.h */
	const struct slice *origins;
	size_t origin_count;
	const struct slice *subprotocols;
	size_t subprotocol_count;
};

struct session;

/* Why session_start fails when the system has no thread left. */
#define SESSION_NO_THREAD "no thread to be had"

/*
 * Counts a connection in and starts its worker, detached, which owns the
 * descriptor then. It speaks TLS if there is a context for that. Fails with
 * 503; then the descriptor is the caller's still.
 */
struct verdict session_start(const struct session_settings *settings,
	int descriptor, const struct address *peer, SSL_CTX *tls);

#endif
