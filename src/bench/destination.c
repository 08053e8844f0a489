/* SPDX-License-Identifier: MIT */
#include "bench/destination.h"

#include "transport/clock.h"
#include "transport/connecting.h"
#include "transport/tcp.h"
#include "transport/tls.h"
#include "transport/tls_context.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define CONNECT_TIMEOUT 10000

/* From here on the ports of one address could run short. */
#define SPREAD_MIN 1000

/* 127.1.0.1 and up: the last byte is never 0 or 255. */
#define FIRST_SOURCE UINT32_C(0x7F010001)
#define LAST_BYTES 254
#define SOURCES_MAX 60000

/* Where to, as the system wants it: a copy with a NUL. */
static bool
copy_name(char name[DESTINATION_HOST_SIZE], struct slice text)
{
	if (text.length >= DESTINATION_HOST_SIZE)
		return false;
	memcpy(name, text.data, text.length);
	name[text.length] = '\0';
	return true;
}

/* Many or short-lived ones, for which the ports of one address run short. */
static bool
needs_sources(const struct bench_options *options)
{
	return options->handshakes || options->idle > 0 ||
	       options->connections >= SPREAD_MIN;
}

/* Of the two addresses of this machine only one has others beside it. */
static int
open_named(const char *host, const struct bench_options *options,
	int64_t deadline, struct connecting_failure *failure)
{
	unsigned port = options->uri.port;
	int descriptor = -1;

	if (needs_sources(options) && strcasecmp(host, "localhost") == 0)
		descriptor =
			connecting_open("127.0.0.1", port, deadline, failure);
	if (descriptor < 0)
		descriptor = connecting_open(host, port, deadline, failure);
	return descriptor;
}

static int
open_first(const struct destination *destination,
	const struct bench_options *options, struct result *result)
{
	const char *host = destination->host, *why;
	bool is_unix = options->uri.unix_path.length > 0;
	int64_t deadline = deadline_after(CONNECT_TIMEOUT);
	struct connecting_failure failure;
	int descriptor =
		is_unix ? connecting_open_unix(host, deadline, &failure)
			: open_named(host, options, deadline, &failure);

	if (descriptor >= 0)
		return descriptor;
	why = failure.timed_out ? "timed out" : failure.why;
	if (is_unix)
		result_fail(result, BENCH_UNREACHABLE,
			"cannot connect to %s: %s", host, why);
	else
		result_fail(result, BENCH_UNREACHABLE,
			"cannot connect to %s port %u: %s", host,
			options->uri.port, why);
	return -1;
}

static bool
prepare_tls(struct destination *destination,
	const struct bench_options *options, struct result *result)
{
	struct tls_files files = {options->cert, options->key, options->ca};
	char error[TLS_ERROR_SIZE];

	if (!options->uri.secure)
		return true;
	destination->tls = tls_client_context(&files, options->insecure, error);
	if (destination->tls == NULL)
		result_fail(result, BENCH_TLS, "%s", error);
	return destination->tls != NULL;
}

static bool
is_spread(const struct destination *destination,
	const struct bench_options *options)
{
	return destination->address.socket.any.sa_family == AF_INET &&
	       address_is_loopback(&destination->address) &&
	       needs_sources(options);
}

int
destination_open(struct destination *destination,
	const struct bench_options *options, struct result *result)
{
	const struct uri *uri = &options->uri;
	int descriptor;

	*destination = (struct destination){.tls = NULL};
	if (!copy_name(destination->host,
		    uri->unix_path.length > 0 ? uri->unix_path : uri->host)) {
		result_fail(result, BENCH_UNREACHABLE, "the name is too long");
		return -1;
	}
	if (!prepare_tls(destination, options, result))
		return -1;
	descriptor = open_first(destination, options, result);
	if (descriptor < 0)
		return -1;
	destination->address.length = sizeof(destination->address.socket);
	if (getpeername(descriptor, &destination->address.socket.any,
		    &destination->address.length) != 0 ||
		fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0) {
		result_fail(result, BENCH_UNREACHABLE, "connection lost: %s",
			strerror(errno));
		close(descriptor);
		return -1;
	}
	destination->spreads = is_spread(destination, options);
	return descriptor;
}

void
destination_release(struct destination *destination)
{
	SSL_CTX_free(destination->tls);
}

/*
 * Takes the next address; the port is chosen when both ends are known. Where
 * there are no such addresses, it does without.
 */
static void
bind_source(struct destination *destination, int descriptor)
{
	uint32_t number = destination->sources++ % SOURCES_MAX;
	struct sockaddr_in source = {.sin_family = AF_INET};
	int on = 1;

	source.sin_addr.s_addr =
		htonl(FIRST_SOURCE + (number / LAST_BYTES << 8) +
			number % LAST_BYTES);
	setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
		sizeof(on));
	if (bind(descriptor, (const struct sockaddr *)&source,
		    sizeof(source)) != 0)
		destination->spreads = false;
}

int
destination_connect(struct destination *destination)
{
	const struct sockaddr *address = &destination->address.socket.any;
	int descriptor = socket(address->sa_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int failure;

	if (descriptor < 0)
		return -1;
	if (destination->spreads)
		bind_source(destination, descriptor);
	if (connect(descriptor, address, destination->address.length) == 0 ||
		errno == EINPROGRESS)
		return descriptor;
	failure = errno;
	close(descriptor);
	errno = failure;
	return -1;
}

struct transport *
destination_transport(const struct destination *destination, int descriptor)
{
	struct transport *tcp = tcp_new(descriptor, 0), *tls;

	if (tcp == NULL)
		close(descriptor);
	if (tcp == NULL || destination->tls == NULL)
		return tcp;
	tls = tls_connect(tcp, destination->tls, destination->host);
	if (tls == NULL)
		tcp->type->close(tcp);
	return tls;
}
