/* SPDX-License-Identifier: MIT */
#include "transport/tcp.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct tcp {
	struct transport transport;
	int descriptor;
	int unread;	 /* bytes sent that the peer had not taken */
	bool is_watched; /* by the system, which may give the peer up */
};

static int
descriptor_of(const struct transport *transport)
{
	return ((const struct tcp *)transport)->descriptor;
}

static ssize_t
tcp_receive(struct transport *transport, void *data, size_t size)
{
	return recv(descriptor_of(transport), data, size, 0);
}

static int
tcp_wait(struct transport *transport)
{
	char byte;

	return recv(descriptor_of(transport), &byte, 1, MSG_PEEK) < 0 ? -1 : 0;
}

static int
tcp_check(struct transport *transport)
{
	struct pollfd descriptor = {.fd = descriptor_of(transport)};

	if (poll(&descriptor, 1, 0) <= 0)
		return 0;
	errno = ECONNRESET;
	return -1;
}

/*
 * To the system a peer that reads slowly can be as silent as one that is gone,
 * for a small window is none to it. When a send takes long, whoever sends
 * watches the peer, and the system may not give it up any more.
 */
static void
stop_watching(struct tcp *tcp)
{
	unsigned never = 0;

	if (!tcp->is_watched)
		return;
	tcp->is_watched = false;
	setsockopt(tcp->descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &never,
		sizeof(never));
}

static size_t
total_of(const struct iovec *pieces, int count)
{
	size_t total = 0;

	for (int i = 0; i < count; i++)
		total += pieces[i].iov_len;
	return total;
}

static ssize_t
tcp_send(struct transport *transport, struct iovec *pieces, int count)
{
	struct tcp *tcp = (struct tcp *)transport;
	struct msghdr message = {
		.msg_iov = pieces, .msg_iovlen = (size_t)count};
	ssize_t sent;

	if (count == 1)
		sent = send(tcp->descriptor, pieces->iov_base, pieces->iov_len,
			MSG_NOSIGNAL);
	else
		sent = sendmsg(tcp->descriptor, &message, MSG_NOSIGNAL);
	if (sent < (ssize_t)total_of(pieces, count))
		stop_watching(tcp);
	return sent;
}

static bool
tcp_advances(struct transport *transport)
{
	struct tcp *tcp = (struct tcp *)transport;
	int before = tcp->unread;

	return ioctl(tcp->descriptor, SIOCOUTQ, &tcp->unread) == 0 &&
	       tcp->unread < before;
}

static int
tcp_set_time_limit(struct transport *transport,
	enum transport_direction direction, int64_t milliseconds)
{
	struct timeval limit = {.tv_sec = (time_t)(milliseconds / 1000),
		.tv_usec = (suseconds_t)(milliseconds % 1000 * 1000)};

	return setsockopt(descriptor_of(transport), SOL_SOCKET,
		direction == TRANSPORT_RECEIVING ? SO_RCVTIMEO : SO_SNDTIMEO,
		&limit, sizeof(limit));
}

static int
tcp_finish(struct transport *transport)
{
	return shutdown(descriptor_of(transport), SHUT_WR);
}

static void
tcp_reset(struct transport *transport)
{
	const struct linger at_once = {.l_onoff = 1, .l_linger = 0};

	setsockopt(descriptor_of(transport), SOL_SOCKET, SO_LINGER, &at_once,
		sizeof(at_once));
}

static void
tcp_close(struct transport *transport)
{
	close(descriptor_of(transport));
	free(transport);
}

static const struct transport_type tcp_type = {
	.receive = tcp_receive,
	.wait = tcp_wait,
	.check = tcp_check,
	.send = tcp_send,
	.advances = tcp_advances,
	.set_time_limit = tcp_set_time_limit,
	.finish = tcp_finish,
	.reset = tcp_reset,
	.close = tcp_close,
};

struct transport *
tcp_new(int descriptor, unsigned user_timeout)
{
	struct tcp *tcp = malloc(sizeof(*tcp));
	int on = 1;

	if (tcp == NULL)
		return NULL;
	tcp->transport.type = &tcp_type;
	tcp->descriptor = descriptor;
	tcp->unread = 0;
	/* Both fail on a Unix socket, which needs neither. */
	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	tcp->is_watched = user_timeout > 0 &&
			  setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT,
				  &user_timeout, sizeof(user_timeout)) == 0;
	return &tcp->transport;
}
