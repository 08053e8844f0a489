/* SPDX-License-Identifier: MIT */
#include "bench/target.h"

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
copy_name(char name[TARGET_HOST_SIZE], struct slice text)
{
	if (text.length >= TARGET_HOST_SIZE)
		return false;
	memcpy(name, text.data, text.length);
	name[text.length] = '\0';
	return true;
}

static int
open_first(const struct target *target, const struct uri *uri,
	struct result *result)
{
	struct connecting_failure failure;
	int64_t deadline = deadline_after(CONNECT_TIMEOUT);
	bool is_unix = uri->unix_path.length > 0;
	int descriptor =
		is_unix ? connecting_open_unix(target->host, deadline, &failure)
			: connecting_open(
				  target->host, uri->port, deadline, &failure);
	const char *why;

	if (descriptor >= 0)
		return descriptor;
	why = failure.timed_out ? "timed out" : failure.why;
	if (is_unix)
		result_fail(result, BENCH_UNREACHABLE,
			"cannot connect to %s: %s", target->host, why);
	else
		result_fail(result, BENCH_UNREACHABLE,
			"cannot connect to %s port %u: %s", target->host,
			uri->port, why);
	return -1;
}

static bool
prepare_tls(struct target *target, const struct bench_options *options,
	struct result *result)
{
	struct tls_files files = {options->cert, options->key, options->ca};
	char error[TLS_ERROR_SIZE];

	if (!options->uri.secure)
		return true;
	target->tls = tls_client_context(&files, options->insecure, error);
	if (target->tls == NULL)
		result_fail(result, BENCH_TLS, "%s", error);
	return target->tls != NULL;
}

static bool
is_spread(const struct target *target, const struct bench_options *options)
{
	return target->address.socket.any.sa_family == AF_INET &&
	       address_is_loopback(&target->address) &&
	       (options->handshakes || options->idle > 0 ||
		       options->connections >= SPREAD_MIN);
}

int
target_open(struct target *target, const struct bench_options *options,
	struct result *result)
{
	const struct uri *uri = &options->uri;
	int descriptor;

	*target = (struct target){.tls = NULL};
	if (!copy_name(target->host,
		    uri->unix_path.length > 0 ? uri->unix_path : uri->host)) {
		result_fail(result, BENCH_UNREACHABLE, "the name is too long");
		return -1;
	}
	if (!prepare_tls(target, options, result))
		return -1;
	descriptor = open_first(target, uri, result);
	if (descriptor < 0)
		return -1;
	target->address.length = sizeof(target->address.socket);
	if (getpeername(descriptor, &target->address.socket.any,
		    &target->address.length) != 0 ||
		fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0) {
		result_fail(result, BENCH_UNREACHABLE, "connection lost: %s",
			strerror(errno));
		close(descriptor);
		return -1;
	}
	target->spreads = is_spread(target, options);
	return descriptor;
}

void
target_release(struct target *target)
{
	SSL_CTX_free(target->tls);
}

/* Takes the next address; the port is chosen when both ends are known. */
static void
bind_source(struct target *target, int descriptor)
{
	uint32_t number = target->sources++ % SOURCES_MAX;
	struct sockaddr_in source = {.sin_family = AF_INET};
	int on = 1;

	source.sin_addr.s_addr =
		htonl(FIRST_SOURCE + (number / LAST_BYTES << 8) +
			number % LAST_BYTES);
	setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
		sizeof(on));
	bind(descriptor, (const struct sockaddr *)&source, sizeof(source));
}

int
target_connect(struct target *target)
{
	const struct sockaddr *address = &target->address.socket.any;
	int descriptor = socket(address->sa_family,
		SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int failure;

	if (descriptor < 0)
		return -1;
	if (target->spreads)
		bind_source(target, descriptor);
	if (connect(descriptor, address, target->address.length) == 0 ||
		errno == EINPROGRESS)
		return descriptor;
	failure = errno;
	close(descriptor);
	errno = failure;
	return -1;
}

struct transport *
target_transport(const struct target *target, int descriptor)
{
	struct transport *tcp = tcp_new(descriptor, 0), *tls;

	if (tcp == NULL)
		close(descriptor);
	if (tcp == NULL || target->tls == NULL)
		return tcp;
	tls = tls_connect(tcp, target->tls, target->host);
	if (tls == NULL)
		tcp->type->close(tcp);
	return tls;
}
