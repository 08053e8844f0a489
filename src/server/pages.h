/* SPDX-License-Identifier: MIT */
/* Pages in plain HTTP on the same port, by path. */
#ifndef SERVER_PAGES_H
#define SERVER_PAGES_H

#include "websocket/connection.h"

/* What a page is made from. */
struct page_context {
	const struct http_head *request;
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
