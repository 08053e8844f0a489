/* SPDX-License-Identifier: MIT */
/*
 * A plain echo, TCP or TLS, one blocking thread per connection: a yardstick.
 * Where the first bytes are a request, it is answered by the 101 for the key
 * of RFC 6455 section 1.3, before all that follows is sent back. With
 * --deflate=SIZE the bytes stand for compressed messages, and for each zlib
 * does what such an echo cannot do without.
 */
#include "zlib_work.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_MAX 65536
#define SIZE_MOST (1 << 24)
#define HEAD_END "\r\n\r\n"

static const char answer[] =
	"HTTP/1.1 101 Switching Protocols\r\n"
	"Upgrade: websocket\r\n"
	"Connection: Upgrade\r\n"
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static SSL_CTX *context;      /* NULL: plain */
static size_t message_length; /* of a compressed one; 0: there are none */

struct stream {
	int descriptor;
	SSL *ssl;		/* NULL: plain */
	struct zlib_work *zlib; /* NULL: nothing is compressed */
};

static ssize_t
stream_receive(const struct stream *stream, char *data, size_t size)
{
	if (stream->ssl != NULL)
		return SSL_read(stream->ssl, data, (int)size);
	return recv(stream->descriptor, data, size, 0);
}

static bool
send_all(int descriptor, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(descriptor, data, length, MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			return false;
		if (sent > 0) {
			data += sent;
			length -= (size_t)sent;
		}
	}
	return true;
}

static bool
stream_send(const struct stream *stream, const char *data, size_t length)
{
	if (stream->ssl != NULL)
		return SSL_write(stream->ssl, data, (int)length) == (int)length;
	return send_all(stream->descriptor, data, length);
}

static bool
has_whole_head(const char *data, size_t length)
{
	size_t end = strlen(HEAD_END);

	return length >= end && memcmp(data + length - end, HEAD_END, end) == 0;
}

/* Receives the first bytes; the rest of a request too, and answers it. */
static ssize_t
begin(const struct stream *stream, char *data, size_t size)
{
	ssize_t received = stream_receive(stream, data, size), more = 1;

	if (received <= 0 || data[0] != 'G')
		return received;
	while (more > 0 && !has_whole_head(data, (size_t)received)) {
		more = stream_receive(
			stream, data + received, size - (size_t)received);
		received += more;
	}
	if (more <= 0 || !stream_send(stream, answer, sizeof(answer) - 1))
		return -1;
	return stream_receive(stream, data, size);
}

static void
echo_stream(const struct stream *stream)
{
	char piece[PIECE_MAX];
	ssize_t received = begin(stream, piece, sizeof(piece));

	while (received > 0) {
		if (stream->zlib != NULL)
			zlib_work_do(stream->zlib, (size_t)received);
		if (!stream_send(stream, piece, (size_t)received))
			break;
		received = stream_receive(stream, piece, sizeof(piece));
	}
}

static void *
echo(void *argument)
{
	struct stream stream = {.descriptor = (int)(intptr_t)argument};

	if (context != NULL) {
		stream.ssl = SSL_new(context);
		if (stream.ssl == NULL ||
			!SSL_set_fd(stream.ssl, stream.descriptor))
			errx(EXIT_FAILURE, "out of memory");
		SSL_set_accept_state(stream.ssl);
	}
	if (message_length > 0)
		stream.zlib = zlib_work_new();
	echo_stream(&stream);
	zlib_work_free(stream.zlib);
	SSL_free(stream.ssl);
	close(stream.descriptor);
	return NULL;
}

static int
listen_on_any_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t length = sizeof(address);
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (descriptor < 0 ||
		bind(descriptor, (struct sockaddr *)&address, length) < 0 ||
		listen(descriptor, SOMAXCONN) < 0 ||
		getsockname(descriptor, (struct sockaddr *)&address, &length) <
			0)
		err(EXIT_FAILURE, "cannot listen");
	printf("%u %zu\n", ntohs(address.sin_port), message_length);
	fflush(stdout);
	return descriptor;
}

static void
serve(int listener)
{
	for (;;) {
		int on = 1, accepted = accept(listener, NULL, NULL);
		pthread_t thread;

		if (accepted < 0)
			err(EXIT_FAILURE, "cannot accept");
		setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (pthread_create(&thread, NULL, echo,
			    (void *)(intptr_t)accepted) != 0)
			errx(EXIT_FAILURE, "cannot start a thread");
		pthread_detach(thread);
	}
}

static void
use_tls(const char *certificate, const char *key)
{
	context = SSL_CTX_new(TLS_server_method());
	if (context == NULL ||
		SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
		SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) !=
			1)
		errx(EXIT_FAILURE, "TLS: %s",
			ERR_reason_error_string(ERR_peek_error()));
	SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
}

static size_t
size_of(const char *text)
{
	char *end;
	long size = strtol(text, &end, 10);

	if (*end != '\0' || size < 1 || size > SIZE_MOST)
		errx(2, "%s is no size", text);
	return (size_t)size;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{"cert", required_argument, NULL, 'c'},
		{"deflate", required_argument, NULL, 'd'},
		{"key", required_argument, NULL, 'k'},
		{NULL, 0, NULL, 0},
	};
	const char *certificate = NULL, *key = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'c')
			certificate = optarg;
		else if (option == 'k')
			key = optarg;
		else if (option == 'd')
			message_length = zlib_work_prepare(size_of(optarg));
		else
			errx(2, "usage: rawecho [--cert FILE --key FILE] "
				"[--deflate SIZE]");
	}
	signal(SIGPIPE, SIG_IGN);
	if (certificate != NULL && key != NULL)
		use_tls(certificate, key);
	serve(listen_on_any_port());
}
