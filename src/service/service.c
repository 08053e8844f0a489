/* SPDX-License-Identifier: MIT */
#include "service/service.h"

#include "log/event.h"
#include "service/echo.h"
#include "service/info.h"

static const struct service services[] = {
	{"/info", info_serve},
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
	static const struct log_refusal refusal = {
		HTTP_INTERNAL_ERROR, "out of memory", NULL, 0};

	if (!connection_accept(connection, request, context->subprotocol)) {
		log_refuse(context->client, &refusal);
		return false;
	}
	log_connect(context->client);
	return true;
}
