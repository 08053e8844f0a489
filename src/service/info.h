/* SPDX-License-Identifier: MIT */
/* What the server knows of a client, told to it as JSON: RFC 8259. */
#ifndef SERVICE_INFO_H
#define SERVICE_INFO_H

#include "service/service.h"

/* One message of text that tells it, then as on /raw. */
void info_serve(struct connection *connection, const struct http_head *request,
	const struct service_context *context);

#endif
