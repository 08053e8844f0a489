/* SPDX-License-Identifier: MIT */
/* A plain echo, TCP or TLS, one blocking thread per connection: a yardstick. */
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
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_MAX 65536

static SSL_CTX *context; /* NULL: plain */

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

static void
echo_plain(int descriptor)
{
	char piece[PIECE_MAX];
	ssize_t received;

	do
		received = recv(descriptor, piece, sizeof(piece), 0);
	while (received > 0 && send_all(descriptor, piece, (size_t)received));
}

static void
echo_tls(int descriptor)
{
	SSL *ssl = SSL_new(context);
	char piece[PIECE_MAX];
	int received;

	if (ssl == NULL || !SSL_set_fd(ssl, descriptor))
		errx(EXIT_FAILURE, "out of memory");
	SSL_set_accept_state(ssl);
	do
		received = SSL_read(ssl, piece, sizeof(piece));
	while (received > 0 && SSL_write(ssl, piece, received) == received);
	SSL_free(ssl);
}

static void *
echo(void *argument)
{
	int descriptor = (int)(intptr_t)argument;

	if (context == NULL)
		echo_plain(descriptor);
	else
		echo_tls(descriptor);
	close(descriptor);
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
	printf("%u\n", ntohs(address.sin_port));
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

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{"cert", required_argument, NULL, 'c'},
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
		else
			errx(2, "usage: rawecho [--cert FILE --key FILE]");
	}
	signal(SIGPIPE, SIG_IGN);
	if (certificate != NULL && key != NULL)
		use_tls(certificate, key);
	serve(listen_on_any_port());
}
