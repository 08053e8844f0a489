/* SPDX-License-Identifier: MIT */
/* Every message comes back. */
#ifndef SERVICE_ECHO_H
#define SERVICE_ECHO_H

#include "log/event.h"
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

/* For services that take messages as these do: an open connection. */
struct echo {
	struct connection *connection;
	const struct service_context *context;
	struct log_messages messages; /* all zero at first */
};

/* Waits for a message as connection_receive does, and logs it if wanted. */
bool echo_receive(struct echo *echo, struct message *message);

/* Logs, if wanted, a message that was received in another way. */
void echo_log(struct echo *echo, const struct message *message);

/* Tells, at the end, how many messages were not shown. */
void echo_end(struct echo *echo);

#endif
