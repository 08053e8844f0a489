/* SPDX-License-Identifier: MIT */
#include "service/service.h"

#include "log/event.h"
#include "service/echo.h"
#include "service/faults.h"
#include "service/info.h"

static const struct service services[] = {
	{"/faults/", faults_serve, faults_check},
	{"/info", info_serve, NULL},
	{"/raw", raw_serve, NULL},
	{NULL, echo_serve, NULL},
};

static bool
has_path(const struct service *service, struct slice path)
{
	struct slice own = slice_of(service->path);
	bool is_tree = own.data[own.length - 1] == '/';

	if (is_tree && path.length > own.length)
		path.length = own.length;
	return slice_equals(path, own);
}

const struct service *
service_find(struct slice path)
{
	const struct service *service = services;

	while (service->path != NULL && !has_path(service, path))
		service++;
	return service;
}

struct verdict
service_check(const struct http_head *request,
	const struct service_settings *settings)
{
	const struct service *service = service_find(http_head_path(request));

	return service->check == NULL ? VERDICT_FINE
				      : service->check(request, settings);
}

bool
service_accept(struct connection *connection, const struct http_head *request,
	const struct service_context *context)
{
	static const struct log_refusal refusal = {.why = "out of memory"};

	if (!connection_accept(connection, request, context->subprotocol)) {
		log_refuse(LOG_LEVEL_WARNING, context->client, &refusal);
		return false;
	}
	log_connect(context->client);
	return true;
}
