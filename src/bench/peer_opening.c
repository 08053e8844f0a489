/* SPDX-License-Identifier: MIT */
#include "bench/peer.h"

#include "bench/instant.h"
#include "bench/load.h"
#include "bench/peer_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* Compresses for the first one; another agreement would need others. */
static bool
agree(struct peer *peer, struct load *load)
{
	const struct deflate_agreement *agreement = &peer->opening->agreement;

	if (!agreement->enabled)
		return true;
	if (!messages_compress(&load->messages, &agreement->from_client)) {
		peer_fail(peer, load, BENCH_REFUSED, "out of memory");
		return false;
	}
	if (agreement->from_client.window < load->messages.window) {
		peer_fail(peer, load, BENCH_REFUSED,
			"a narrower window for compression than before");
		return false;
	}
	replies_inflate(&peer->replies, &agreement->from_server);
	return true;
}

static bool
prepare(struct peer *peer, struct load *load)
{
	replies_init(&peer->replies, &load->expectation);
	if (!agree(peer, load))
		return false;
	peer->times =
		malloc((size_t)load->options->in_flight * sizeof(*peer->times));
	if (peer->times == NULL)
		peer_fail(peer, load, BENCH_UNREACHABLE, "out of memory");
	return peer->times != NULL;
}

/* The 101 is there: what has come behind it are frames. */
static void
become_open(struct peer *peer, struct load *load)
{
	struct opening *opening = peer->opening;
	struct slice rest = buffer_bytes(&opening->input);

	if (!prepare(peer, load))
		return;
	peer->state = PEER_OPEN;
	peer->opening = NULL;
	load->opening--;
	load->open++;
	load->now = load->last_reply = instant_now();
	load->result->handshakes++;
	histogram_add(&load->result->opening, load->now - peer->began);
	if (load->measures && load->renews) {
		load->result->measured++;
		series_add(&load->result->series, load->now - load->start, 1);
	}
	rest.data += opening->head_length;
	rest.length -= opening->head_length;
	if (rest.length > 0)
		peer_take(peer, load, rest);
	opening_free(opening);
	if (peer->state == PEER_OPEN && load->renews)
		peer_leave(peer, load);
	else if (peer->state == PEER_OPEN)
		peer_send(peer, load);
}

static void
refuse(struct peer *peer, struct load *load)
{
	const struct opening *opening = peer->opening;
	char why[RESULT_WHY_SIZE];

	if (opening->status == 0)
		snprintf(why, sizeof(why), "no WebSocket server: %s",
			opening->verdict.why);
	else
		snprintf(why, sizeof(why), "handshake refused: %u: %s",
			opening->status, opening->verdict.why);
	peer_fail(peer, load, BENCH_REFUSED, why);
}

void
peer_receive_answer(struct peer *peer, struct load *load)
{
	struct buffer *input = &peer->opening->input;
	ssize_t received;

	if (!buffer_reserve(input, HTTP_HEAD_MAX)) {
		peer_fail(peer, load, BENCH_REFUSED, "out of memory");
		return;
	}
	received =
		peer_receive(peer, buffer_room(input), buffer_room_size(input));
	if (received < 0) {
		if (errno != EAGAIN)
			peer_lose(peer, load, BENCH_REFUSED);
		return;
	}
	buffer_add(input, (size_t)received);
	if (!opening_judge(peer->opening, &load->request))
		return;
	if (!verdict_is_fine(peer->opening->verdict)) {
		refuse(peer, load);
		return;
	}
	become_open(peer, load);
	if (load->destination.tls == NULL)
		return;
	peer_receive_replies(peer, load);
	if (peer_is_there(peer))
		peer_send(peer, load);
}

static void
request(struct peer *peer, struct load *load)
{
	peer->state = PEER_REQUESTING;
	peer->opening = opening_new(&load->request, &peer->writer.pending);
	if (peer->opening == NULL)
		peer_fail(peer, load, BENCH_REFUSED, "out of memory");
	else
		peer_send(peer, load);
}

void
peer_secure(struct peer *peer, struct load *load)
{
	struct transport *transport = peer->transport;
	int result;

	do
		result = transport->type->open(transport);
	while (result < 0 && errno == EINTR);
	if (result == 0)
		request(peer, load);
	else if (errno != EAGAIN)
		peer_lose(peer, load, BENCH_TLS);
	else
		peer_watch(peer, load, EPOLLIN);
}

void
peer_connected(struct peer *peer, struct load *load)
{
	int failure = 0;
	socklen_t length = sizeof(failure);

	if (getsockopt(peer->descriptor, SOL_SOCKET, SO_ERROR, &failure,
		    &length) != 0)
		failure = errno;
	if (failure != 0) {
		peer_fail(peer, load, BENCH_UNREACHABLE, strerror(failure));
		return;
	}
	peer->transport =
		destination_transport(&load->destination, peer->descriptor);
	if (peer->transport == NULL) {
		peer->descriptor = -1;
		peer_fail(peer, load, BENCH_UNREACHABLE, "out of memory");
		return;
	}
	if (load->destination.tls == NULL) {
		request(peer, load);
		return;
	}
	peer->state = PEER_SECURING;
	peer_secure(peer, load);
}

void
peer_time_out(struct peer *peer, struct load *load)
{
	static const enum bench_status statuses[] = {
		[PEER_CONNECTING] = BENCH_UNREACHABLE,
		[PEER_SECURING] = BENCH_TLS,
		[PEER_REQUESTING] = BENCH_REFUSED,
	};

	peer_fail(peer, load, statuses[peer->state], "the handshake timed out");
}
