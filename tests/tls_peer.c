/* SPDX-License-Identifier: MIT */
#include "tls_peer.h"

#include "suite.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

/* No test needs as many calls: then one of them never succeeds. */
#define CALLS_MAX 1000000

static struct tls_peer *
peer_of(struct transport *below)
{
	return (struct tls_peer *)below;
}

static int
fail_with(int failure)
{
	errno = failure;
	return -1;
}

/* Whether this call is to fail with EINTR. */
static bool
is_interrupted(struct tls_peer *peer)
{
	errno = EINTR;
	return peer->calls++ % 2 == 0 && peer->interrupts;
}

/* Its errors are its own, not those of the transport under test. */
static void
act(struct tls_peer *peer)
{
	int result;

	if (SSL_is_init_finished(peer->ssl) || peer->failure != 0)
		return;
	ERR_set_mark();
	result = SSL_do_handshake(peer->ssl);
	if (result <= 0 && SSL_get_error(peer->ssl, result) == SSL_ERROR_SSL)
		peer->failure = ERR_GET_REASON(ERR_peek_last_error());
	ERR_pop_to_mark();
}

static size_t
said(const struct tls_peer *peer)
{
	size_t length = BIO_ctrl_pending(peer->says);

	return length > peer->held_back ? length - peer->held_back : 0;
}

static int
end_of_said(const struct tls_peer *peer)
{
	if (peer->receive_failure != 0)
		return fail_with(peer->receive_failure);
	return peer->has_ended ? 0 : fail_with(EAGAIN);
}

static ssize_t
below_receive(struct transport *below, void *data, size_t size)
{
	struct tls_peer *peer = peer_of(below);
	size_t length;

	peer->receives++;
	if (is_interrupted(peer))
		return -1;
	act(peer);
	length = said(peer);
	if (length == 0)
		return end_of_said(peer);
	if (length > size)
		length = size;
	if (length > peer->chunk)
		length = peer->chunk;
	return BIO_read(peer->says, data, (int)length);
}

static int
below_wait(struct transport *below)
{
	struct tls_peer *peer = peer_of(below);

	peer->waits++;
	return said(peer) > 0 ? 0 : end_of_said(peer);
}

static ssize_t
below_send(struct transport *below, struct iovec *pieces, int count)
{
	struct tls_peer *peer = peer_of(below);
	size_t length = pieces->iov_len;

	ck_assert_int_eq(count, 1);
	peer->sends++;
	if (is_interrupted(peer))
		return -1;
	if (peer->send_failure != 0)
		return fail_with(peer->send_failure);
	if (peer->is_deaf || (peer->stutters && peer->sends % 3 == 0))
		return fail_with(EAGAIN);
	if (length > peer->chunk)
		length = peer->chunk;
	return BIO_write(peer->hears, pieces->iov_base, (int)length);
}

static int
below_set_time_limit(struct transport *below,
	enum transport_direction direction, int64_t milliseconds)
{
	if (direction == TRANSPORT_SENDING)
		peer_of(below)->send_limit = milliseconds;
	return 0;
}

static int
below_finish(struct transport *below)
{
	peer_of(below)->finished = true;
	return 0;
}

static void
below_close(struct transport *below)
{
	peer_of(below)->closed = true;
}

static const struct transport_type below_type = {
	.receive = below_receive,
	.wait = below_wait,
	.send = below_send,
	.set_time_limit = below_set_time_limit,
	.finish = below_finish,
	.close = below_close,
};

void
tls_peer_begin(struct tls_peer *peer, SSL_CTX *peer_context, int variant)
{
	*peer = (struct tls_peer){.below = {&below_type},
		.ssl = SSL_new(peer_context),
		.hears = BIO_new(BIO_s_mem()),
		.says = BIO_new(BIO_s_mem()),
		.chunk = chunk_sizes[variant / 2],
		.interrupts = variant % 2 == 1};
	ck_assert_ptr_nonnull(peer->ssl);
	SSL_set_bio(peer->ssl, peer->hears, peer->says);
}

void
tls_peer_release(struct tls_peer *peer)
{
	peer->transport->type->close(peer->transport);
	ck_assert(peer->closed);
	SSL_free(peer->ssl);
}

void
tls_peer_meets_server(struct tls_peer *peer, SSL_CTX *context)
{
	SSL_set_connect_state(peer->ssl);
	peer->transport = tls_accept(&peer->below, context);
	ck_assert_ptr_nonnull(peer->transport);
}

void
tls_peer_meets_client(struct tls_peer *peer, SSL_CTX *context, const char *host)
{
	SSL_set_accept_state(peer->ssl);
	peer->transport = tls_connect(&peer->below, context, host);
	ck_assert_ptr_nonnull(peer->transport);
}

/* What an earlier call may have left behind: it is to change nothing. */
static void
leave_error(void)
{
	ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH);
}

int
tls_peer_open_once(struct tls_peer *peer)
{
	unsigned before = peer->receives;
	int result;

	leave_error();
	result = peer->transport->type->open(peer->transport);
	ck_assert_uint_le(peer->receives - before, 1);
	return result;
}

ssize_t
tls_peer_receive_once(struct tls_peer *peer, void *data, size_t size)
{
	unsigned before = peer->receives;
	ssize_t result;

	leave_error();
	result = peer->transport->type->receive(peer->transport, data, size);
	ck_assert_uint_le(peer->receives - before, 1);
	return result;
}

int
tls_peer_wait(struct tls_peer *peer)
{
	leave_error();
	return peer->transport->type->wait(peer->transport);
}

ssize_t
tls_peer_send_once(struct tls_peer *peer, struct iovec *pieces, int count)
{
	leave_error();
	return peer->transport->type->send(peer->transport, pieces, count);
}

int
tls_peer_finish(struct tls_peer *peer)
{
	leave_error();
	return peer->transport->type->finish(peer->transport);
}

int
tls_peer_open(struct tls_peer *peer)
{
	for (int i = 0; i < CALLS_MAX; i++) {
		if (tls_peer_open_once(peer) == 0)
			return 0;
		if (errno != EINTR)
			return errno;
	}
	ck_abort_msg("the transport never opens");
}

void
tls_peer_opens(struct tls_peer *peer)
{
	ck_assert_int_eq(tls_peer_open(peer), 0);
	act(peer);
	ck_assert_int_eq(peer->failure, 0);
	ck_assert(SSL_is_init_finished(peer->ssl));
}

ssize_t
tls_peer_receive(struct tls_peer *peer, void *data, size_t size)
{
	for (int i = 0; i < CALLS_MAX; i++) {
		ssize_t received = tls_peer_receive_once(peer, data, size);

		if (received >= 0 || errno != EINTR)
			return received;
	}
	ck_abort_msg("nothing is received");
}

void
tls_peer_sends(struct tls_peer *peer, struct iovec *pieces, int count)
{
	for (int i = 0; count > 0; i++) {
		ssize_t sent = tls_peer_send_once(peer, pieces, count);

		ck_assert_int_lt(i, CALLS_MAX);
		ck_assert(sent > 0 ||
			  (sent < 0 && (errno == EINTR || errno == EAGAIN)));
		while (count > 0 && sent >= (ssize_t)pieces->iov_len) {
			sent -= (ssize_t)pieces->iov_len;
			pieces++;
			count--;
		}
		if (sent > 0) {
			pieces->iov_base = (char *)pieces->iov_base + sent;
			pieces->iov_len -= (size_t)sent;
		}
	}
}

void
tls_peer_says(struct tls_peer *peer, const void *data, size_t length)
{
	ck_assert_int_eq(SSL_write(peer->ssl, data, (int)length), (int)length);
}

void
tls_peer_hears(struct tls_peer *peer, const void *data, size_t length)
{
	char *heard = malloc(length + 1);
	size_t done = 0;

	ck_assert_ptr_nonnull(heard);
	while (done < length) {
		int result =
			SSL_read(peer->ssl, heard + done, (int)(length - done));

		ck_assert_int_gt(result, 0);
		done += (size_t)result;
	}
	ck_assert_int_eq(memcmp(heard, data, length), 0);
	free(heard);
}

int
tls_peer_reads_on(struct tls_peer *peer)
{
	char rest[100];
	int result;

	ERR_clear_error();
	do
		result = SSL_read(peer->ssl, rest, sizeof(rest));
	while (result > 0);
	result = SSL_get_error(peer->ssl, result);
	if (result == SSL_ERROR_SSL)
		peer->failure = ERR_GET_REASON(ERR_peek_last_error());
	return result;
}

void
tls_peer_receive_fails(struct tls_peer *peer, int failure)
{
	char byte;

	ck_assert_int_eq(tls_peer_receive(peer, &byte, 1), -1);
	ck_assert_int_eq(errno, failure);
}

void
tls_peer_send_fails(struct tls_peer *peer, int failure)
{
	char text[] = "too late";
	struct iovec piece = {text, sizeof(text)};

	ck_assert_int_eq(tls_peer_send_once(peer, &piece, 1), -1);
	ck_assert_int_eq(errno, failure);
}

void
tls_peer_explains(const struct tls_peer *peer, const char *text)
{
	const char *why = peer->transport->type->explain(peer->transport);

	ck_assert_str_eq(why == NULL ? "" : why, text);
}
