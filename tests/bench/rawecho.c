/* SPDX-License-Identifier: MIT */
/* A plain TCP echo, one blocking thread per connection: the yardstick. */
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE_MAX 65536

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

static void *
echo(void *argument)
{
	int descriptor = (int)(intptr_t)argument;
	char piece[PIECE_MAX];
	ssize_t received;

	do
		received = recv(descriptor, piece, sizeof(piece), 0);
	while (received > 0 && send_all(descriptor, piece, (size_t)received));
	close(descriptor);
	return NULL;
}

static int
listen_on(unsigned long port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
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

int
main(int argc, char **argv)
{
	int listener = listen_on(argc > 1 ? strtoul(argv[1], NULL, 10) : 0);

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
