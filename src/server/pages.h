/* SPDX-License-Identifier: MIT */
/* Pages in plain HTTP on the same port, by path. */
#ifndef SERVER_PAGES_H
#define SERVER_PAGES_H

#include "server/registry.h"
#include "service/service.h"

/* Whom the metrics are shown to; the order of the option's values. */
enum page_metrics {
	PAGE_METRICS_OFF,
	PAGE_METRICS_LOOPBACK,
	PAGE_METRICS_ON,
};

/* What the server was told that concerns pages. */
struct page_settings {
	bool has_console;
	bool has_faults;
	enum page_metrics metrics;
	double started; /* seconds of the epoch */
};

/* What a page is made from. */
struct page_context {
	const struct page_settings *settings;
	const struct service_settings *services;
	struct registry *registry;
	const struct http_head *request;
	bool peer_is_loopback;
};

/*
 * Whether a request is for a page: it asks for no upgrade, or for one where
 * there are pages only.
 */
bool page_is_wanted(const struct http_head *request);

/*
 * Answers a request that passed handshake_check_http with the page of its
 * path, or OPTIONS with what may be asked for. If there is nothing to be
 * shown, nothing is sent and the verdict tells what to refuse the request
 * with.
 */
struct verdict page_serve(
	struct connection *connection, const struct page_context *context);

#endif
