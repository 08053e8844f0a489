/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CIPHER "TLS_AES_128_GCM_SHA256"
#define SKIP_MAX (1 << 20)

static _Noreturn void
fail(const char *what)
{
	errx(EXIT_FAILURE, "%s: %s", what,
		ERR_reason_error_string(ERR_peek_error()));
}

SSL_CTX *
channel_context(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	if (context == NULL ||
		!SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) ||
		!SSL_CTX_set_ciphersuites(context, CIPHER))
		fail("TLS");
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(context, 1);
	return context;
}

static int
connect_to(const char *host, const char *port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
	int on = 1, failure, descriptor;

	failure = getaddrinfo(host, port, &hints, &found);
	if (failure != 0)
		errx(EXIT_FAILURE, "%s: %s", host, gai_strerror(failure));
	descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0 ||
		connect(descriptor, found->ai_addr, found->ai_addrlen) < 0)
		err(EXIT_FAILURE, "cannot connect to %s port %s", host, port);
	freeaddrinfo(found);
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return descriptor;
}

void
channel_open(struct channel *channel, const char *host, const char *port,
	SSL_CTX *context)
{
	*channel = (struct channel){.descriptor = connect_to(host, port)};
	if (context == NULL)
		return;
	channel->ssl = SSL_new(context);
	if (channel->ssl == NULL ||
		!SSL_set_fd(channel->ssl, channel->descriptor) ||
		SSL_connect(channel->ssl) != 1)
		fail("TLS handshake");
}

void
channel_unblock(struct channel *channel)
{
	if (fcntl(channel->descriptor, F_SETFL, O_NONBLOCK) < 0)
		err(EXIT_FAILURE, "O_NONBLOCK");
}

/* The result of a system call, or of OpenSSL's call, as recv has it. */
static ssize_t
plain_result(ssize_t result, const char *what)
{
	if (result < 0 && errno != EAGAIN && errno != EINTR)
		err(EXIT_FAILURE, "cannot %s", what);
	return result;
}

static ssize_t
tls_result(struct channel *channel, int result, const char *what)
{
	if (result > 0)
		return result;
	switch (SSL_get_error(channel->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		fail(what);
	}
}

static int
length_for_tls(size_t length)
{
	return length > INT32_MAX ? INT32_MAX : (int)length;
}

ssize_t
channel_send(struct channel *channel, const char *data, size_t length)
{
	if (channel->ssl == NULL)
		return plain_result(
			send(channel->descriptor, data, length, MSG_NOSIGNAL),
			"send");
	return tls_result(channel,
		SSL_write(channel->ssl, data, length_for_tls(length)), "send");
}

ssize_t
channel_receive(struct channel *channel, char *data, size_t length)
{
	if (channel->ssl == NULL)
		return plain_result(
			recv(channel->descriptor, data, length, 0), "receive");
	return tls_result(channel,
		SSL_read(channel->ssl, data, length_for_tls(length)),
		"receive");
}

/* What is to be measured is the server's work, not ours. */
ssize_t
channel_skip(struct channel *channel, size_t length)
{
	static char data[SKIP_MAX];

	if (length > sizeof(data))
		length = sizeof(data);
	if (channel->ssl != NULL)
		return channel_receive(channel, data, length);
	return plain_result(
		recv(channel->descriptor, data, length, MSG_TRUNC), "receive");
}

bool
channel_holds_bytes(const struct channel *channel)
{
	return channel->ssl != NULL && SSL_has_pending(channel->ssl);
}

void
channel_close(struct channel *channel)
{
	SSL_free(channel->ssl);
	close(channel->descriptor);
}
