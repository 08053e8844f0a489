/* SPDX-License-Identifier: MIT */
/* Every message comes back. */
#ifndef SERVICE_ECHO_H
#define SERVICE_ECHO_H

#include "service/service.h"

/* Text with the prefix of the settings before it, binary as it came. */
void echo_serve(struct connection *connection, const struct http_head *request,
	const struct service_context *context);

/* All of it as it came. */
void raw_serve(struct connection *connection, const struct http_head *request,
	const struct service_context *context);

/* The same behind service_accept: until the connection is no longer open. */
void raw_serve_open(
	struct connection *connection, const struct service_context *context);

#endif
