/* SPDX-License-Identifier: MIT */
#include "client/dial.h"

#include "client/failure.h"
#include "client/proxy.h"
#include "transport/clock.h"
#include "transport/connecting.h"
#include "transport/tcp.h"
#include "transport/tls.h"
#include "transport/tls_context.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME_SIZE 1024

/* Where to, for people and for the system: a copy with a NUL. */
static bool
copy_name(char name[NAME_SIZE], struct slice text)
{
	if (text.length >= NAME_SIZE)
		return false;
	memcpy(name, text.data, text.length);
	name[text.length] = '\0';
	return true;
}

static enum client_status
complain(const struct client_options *options, const char *name, unsigned port,
	const struct connecting_failure *failure)
{
	const char *why = failure->timed_out ? "timed out" : failure->why;

	if (port == 0)
		failure_tell(options, "cannot connect to %s: %s", name, why);
	else
		failure_tell(options, "cannot connect to %s port %u: %s", name,
			port, why);
	return failure->timed_out ? CLIENT_TIMEOUT : CLIENT_UNREACHABLE;
}

static enum client_status
open_socket(const struct client_options *options, const struct uri *uri,
	int64_t deadline, int *descriptor)
{
	struct connecting_failure failure = {false, "the name is too long"};
	bool is_unix = uri->unix_path.length > 0;
	char name[NAME_SIZE] = "it";

	*descriptor = -1;
	if (!copy_name(name, is_unix ? uri->unix_path : uri->host))
		return complain(options, name, uri->port, &failure);
	if (is_unix)
		*descriptor = connecting_open_unix(name, deadline, &failure);
	else
		*descriptor =
			connecting_open(name, uri->port, deadline, &failure);
	if (*descriptor < 0)
		return complain(options, name, uri->port, &failure);
	return CLIENT_DONE;
}

/* Puts TLS between, whose handshake is that of the connection. */
static enum client_status
secure(const struct client_options *options, struct transport **transport)
{
	struct tls_files files = {options->cert, options->key, options->ca};
	char error[TLS_ERROR_SIZE] = "out of memory", host[NAME_SIZE];
	struct transport *tls = NULL;
	SSL_CTX *context;

	if (!options->uri.secure)
		return CLIENT_DONE;
	context = tls_client_context(&files, options->insecure, error);
	if (context != NULL && copy_name(host, options->uri.host))
		tls = tls_connect(*transport, context, host);
	SSL_CTX_free(context);
	if (tls == NULL) {
		failure_tell(options, "%s", error);
		return CLIENT_TLS;
	}
	*transport = tls;
	return CLIENT_DONE;
}

static enum client_status
dial_through(const struct proxy *proxy, const struct client_options *options,
	int64_t deadline, struct dialled *dialled)
{
	const struct uri *next = proxy->is_used ? &proxy->uri : &options->uri;
	enum client_status status =
		open_socket(options, next, deadline, &dialled->descriptor);

	if (status != CLIENT_DONE)
		return status;
	dialled->transport = tcp_new(dialled->descriptor, 0);
	if (dialled->transport == NULL) {
		failure_tell(options, "out of memory");
		close(dialled->descriptor);
		return CLIENT_UNREACHABLE;
	}
	if (proxy->is_used)
		status = proxy_connect(
			proxy, dialled->transport, options, deadline);
	if (status == CLIENT_DONE)
		status = secure(options, &dialled->transport);
	if (status != CLIENT_DONE)
		dialled->transport->type->close(dialled->transport);
	return status;
}

enum client_status
client_dial(const struct client_options *options, int64_t deadline,
	struct dialled *dialled)
{
	struct proxy proxy;
	enum client_status status = CLIENT_USAGE;

	if (proxy_choose(&proxy, options))
		status = dial_through(&proxy, options, deadline, dialled);
	proxy_release(&proxy);
	return status;
}
