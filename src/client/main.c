/* SPDX-License-Identifier: MIT */
/* wsclient: from the command line to the exit status. */
#include "client/check.h"
#include "client/check_peer.h"
#include "client/dial.h"
#include "client/failure.h"
#include "client/interrupts.h"
#include "client/options.h"
#include "client/request.h"
#include "client/talk.h"
#include "client/upgrade.h"
#include "protocol/handshake.h"
#include "transport/clock.h"
#include "transport/descriptors.h"

#include <errno.h>
#include <stdio.h>

#define SEND_TIMEOUT 30000

/* How long the end of the stream is waited for behind both Closes. */
#define GRACE 1000

#define DEFLATE_LEVEL 6

/* For each check, and for all of them. */
#define CHECK_LIMIT 5000
#define CHECKS_LIMIT 120000

/* A client can afford the memory for what compresses best. */
static struct deflate_settings
deflate_of(const struct client_options *options)
{
	return (struct deflate_settings){.enabled = !options->no_deflate,
		.window = DEFLATE_WINDOW_MAX,
		.level = DEFLATE_LEVEL};
}

static enum client_status
talk(const struct client_options *options, const struct client_request *request,
	const struct dialled *dialled, int64_t deadline)
{
	struct connection_settings settings = {
		.role = ROLE_CLIENT,
		.max_message = (size_t)options->max_message,
		.send_timeout = SEND_TIMEOUT,
		.grace = GRACE,
		.deflate = deflate_of(options),
	};
	struct connection *connection =
		connection_new(dialled->transport, &settings, NULL);
	enum client_status status;

	if (connection == NULL) {
		failure_tell(options, "out of memory");
		dialled->transport->type->close(dialled->transport);
		return CLIENT_UNREACHABLE;
	}
	status = client_upgrade(connection, options, &request->offer, deadline);
	if (status == CLIENT_DONE)
		status = client_talk(options, connection, dialled->descriptor);
	connection_free(connection);
	return status;
}

/* Once, however many connections are made. */
static void
warn_of_insecurity(const struct client_options *options)
{
	if (options->uri.secure && options->insecure)
		fprintf(stderr, "wsclient: warning: whose certificate it is "
				"was not verified\n");
}

static struct transport *
connect_for_check(void *state, int64_t deadline)
{
	const struct client_options *const *options = state;
	struct dialled dialled;

	if (client_dial(*options, deadline, &dialled) != CLIENT_DONE)
		return NULL;
	return dialled.transport;
}

/* As far as TLS, which is not what the server is checked for. */
static enum client_status
try_opening(struct transport *transport, int64_t deadline)
{
	enum client_status status = CLIENT_DONE;
	struct check_peer peer;

	check_peer_init(&peer, transport, deadline);
	switch (check_peer_open(&peer)) {
	case CHECK_RECEIVED:
		break;
	case CHECK_SILENCE:
		fprintf(stderr, "wsclient: the handshake timed out\n");
		status = CLIENT_TIMEOUT;
		break;
	default:
		status = errno == EPROTO ? CLIENT_TLS : CLIENT_LOST;
		fprintf(stderr, "wsclient: %s\n", check_peer_error(&peer));
	}
	check_peer_release(&peer);
	return status;
}

/* That there is a server at all is found out first. */
static enum client_status
check(const struct client_options *options, const struct handshake_offer *offer,
	struct transport *transport, int64_t deadline)
{
	const struct check_target target = {.connect = connect_for_check,
		.state = &options,
		.is_secure = options->uri.secure,
		.offer = offer,
		.opening_limit = options->connect_timeout,
		.check_limit = CHECK_LIMIT,
		.total_limit = CHECKS_LIMIT};
	enum client_status status = try_opening(transport, deadline);

	if (status != CLIENT_DONE)
		return status;
	if (!check_run(&target, stdout) || ferror(stdout) != 0)
		return CLIENT_CLOSED;
	return CLIENT_DONE;
}

static enum client_status
run(const struct client_options *options)
{
	int64_t deadline = deadline_after(options->connect_timeout);
	struct deflate_settings deflate = deflate_of(options);
	struct client_request request;
	struct dialled dialled;
	enum client_status status = CLIENT_USAGE;

	if (!handshake_prepare()) {
		failure_tell(options, "cannot start libcrypto");
		return CLIENT_UNREACHABLE;
	}
	if (client_request_init(&request, options, &deflate) &&
		client_talk_check(options)) {
		status = client_dial(options, deadline, &dialled);
		if (status == CLIENT_DONE)
			warn_of_insecurity(options);
		if (status == CLIENT_DONE && options->check)
			status = check(options, &request.offer,
				dialled.transport, deadline);
		else if (status == CLIENT_DONE)
			status = talk(options, &request, &dialled, deadline);
	}
	client_request_release(&request);
	return status;
}

int
main(int argc, char **argv)
{
	struct client_options options;
	enum client_status status = CLIENT_USAGE;

	descriptors_fill_standard(true);
	interrupts_init();
	switch (client_options_parse(&options, argc, argv)) {
	case OPTION_RUN:
		status = run(&options);
		break;
	case OPTION_DONE:
		status = option_flush(&client_program) ? CLIENT_DONE
						       : CLIENT_CLOSED;
		break;
	case OPTION_WRONG:
		break;
	}
	client_options_release(&options);
	return (int)status;
}
