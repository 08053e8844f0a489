/* SPDX-License-Identifier: MIT */
/* What a connection is for: a loop over its messages, chosen by path. */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "log/log.h"
#include "websocket/connection.h"

struct fault_counts;

/* What the server was told that concerns services. */
struct service_settings {
	struct slice echo_prefix; /* before each text reply */
	bool logs_messages;
	size_t max_message;
	struct fault_counts *faults; /* NULL: there are none to be had */
};

/* What TLS was agreed on; empty strings where there is nothing to tell. */
struct service_tls {
	const char *version;
	const char *cipher;
	const char *server_name;
	const char *client_subject;
};

/* What a service is told of its connection. */
struct service_context {
	const struct service_settings *settings;
	const struct log_client *client;
	const char *via; /* the trusted proxy that tells of it; NULL: none */
	const struct service_tls *tls; /* NULL: it is plain */
	struct slice subprotocol;      /* selected for it, or empty */
};

/*
 * Gets a connection whose request was found good and is not answered yet,
 * and serves it until it is no longer open.
 */
struct service {
	const char *path; /* and all below, if it ends in '/'; NULL: any */
	void (*serve)(struct connection *connection,
		const struct http_head *request,
		const struct service_context *context);

	/* Whether it can serve a request; NULL: it can serve any. */
	struct verdict (*check)(const struct http_head *request,
		const struct service_settings *settings);
};

/* The service for the path of a request. */
const struct service *service_find(struct slice path);

/* Whether there is a service for a request; if not, what to refuse it with. */
struct verdict service_check(const struct http_head *request,
	const struct service_settings *settings);

/* Answers the request with the 101 and logs that the client is there. */
bool service_accept(struct connection *connection,
	const struct http_head *request, const struct service_context *context);

#endif
