/* SPDX-License-Identifier: MIT */
#include "transport/tls_state.h"

#include <errno.h>
#include <pthread.h>

static bool
is_retryable(int failure)
{
	return failure == EINTR || failure == EAGAIN || failure == EWOULDBLOCK;
}

/*
 * In each call at most one receive of what is below: so a peer that drips
 * cannot hold up the deadlines, which are kept above.
 */
static int
bio_read(BIO *bio, char *data, int size)
{
	struct tls *tls = BIO_get_data(bio);
	ssize_t received = -1;

	BIO_clear_retry_flags(bio);
	if (tls->first != NO_BYTE) {
		*data = (char)tls->first;
		tls->first = NO_BYTE;
		return 1;
	}
	if (tls->has_received)
		errno = EINTR;
	else
		received = tls->inner->type->receive(
			tls->inner, data, (size_t)size);
	tls->has_received = tls->has_received || received > 0;
	tls->is_at_end = received == 0;
	tls->is_dry = false;
	if (received < 0) {
		tls->failure = errno;
		tls->is_dry = errno != EINTR;
		if (is_retryable(errno))
			BIO_set_retry_read(bio);
	}
	return (int)received;
}

static int
bio_write(BIO *bio, const char *data, int size)
{
	struct tls *tls = BIO_get_data(bio);
	struct iovec piece = {(void *)(uintptr_t)data, (size_t)size};
	ssize_t sent;

	BIO_clear_retry_flags(bio);
	sent = tls->inner->type->send(tls->inner, &piece, 1);
	if (sent < 0) {
		tls->failure = errno;
		if (is_retryable(errno))
			BIO_set_retry_write(bio);
	}
	return (int)sent;
}

static long
bio_control(BIO *bio, int command, long number, void *pointer)
{
	const struct tls *tls = BIO_get_data(bio);

	(void)number;
	(void)pointer;
	if (command == BIO_CTRL_EOF)
		return tls->is_at_end;
	return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *bio_method;
static pthread_once_t bio_method_once = PTHREAD_ONCE_INIT;

static void
make_bio_method(void)
{
	BIO_METHOD *method = BIO_meth_new(
		BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "transport");

	if (method == NULL)
		return;
	BIO_meth_set_read(method, bio_read);
	BIO_meth_set_write(method, bio_write);
	BIO_meth_set_ctrl(method, bio_control);
	bio_method = method;
}

bool
tls_bio_prepare(void)
{
	pthread_once(&bio_method_once, make_bio_method);
	return bio_method != NULL;
}

BIO *
tls_bio_new(struct tls *tls)
{
	BIO *bio = tls_bio_prepare() ? BIO_new(bio_method) : NULL;

	if (bio == NULL)
		return NULL;
	BIO_set_data(bio, tls);
	BIO_set_init(bio, 1);
	return bio;
}
