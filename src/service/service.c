/* SPDX-License-Identifier: MIT */
#include "service/service.h"

#include "log/event.h"
#include "service/echo.h"

static const struct service services[] = {
	{"/raw", raw_serve},
	{NULL, echo_serve},
};

const struct service *
service_find(struct slice path)
{
	const struct service *service = services;

	while (service->path != NULL &&
		!slice_equals(path, slice_of(service->path)))
		service++;
	return service;
}

bool
service_accept(struct connection *connection, const struct http_head *request,
	const struct service_context *context)
{
	if (!connection_accept(connection, request, context->subprotocol))
		return false;
	log_connect(context->client);
	return true;
}
