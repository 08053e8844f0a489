/* SPDX-License-Identifier: MIT */
#include "transport/tls.h"

#include "transport/tls_context.h"
#include "transport/tls_state.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much a record carries at most (RFC 8446 section 5.1). */
#define RECORD_MAX 16384

/* More than a handshake has flights. */
#define REHEARSAL_ROUNDS 8

static struct tls *
tls_of(const struct transport *transport)
{
	return (struct tls *)(uintptr_t)transport;
}

/* Whether it succeeds is up to the certificates. */
static void
shake_hands(SSL *server, SSL *client)
{
	SSL_set_accept_state(server);
	SSL_set_connect_state(client);
	for (int i = 0; i < REHEARSAL_ROUNDS; i++) {
		SSL_do_handshake(client);
		SSL_do_handshake(server);
	}
	ERR_clear_error();
}

bool
tls_rehearse(SSL_CTX *server_context)
{
	SSL_CTX *client_context = SSL_CTX_new(TLS_client_method());
	SSL *server = SSL_new(server_context), *client = NULL;
	BIO *near = NULL, *far = NULL;
	bool is_ready;

	if (client_context != NULL)
		client = SSL_new(client_context);
	is_ready = tls_bio_prepare() && server != NULL && client != NULL &&
		   BIO_new_bio_pair(&near, 0, &far, 0) == 1;
	if (is_ready) {
		SSL_set_bio(server, near, near);
		SSL_set_bio(client, far, far);
		shake_hands(server, client);
	}
	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(client_context);
	return is_ready;
}

/* Remembers what OpenSSL has to say about a failure. */
static void
keep_reason(struct tls *tls)
{
	unsigned long error = ERR_peek_error();
	int reason =
		ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;

	tls->is_broken = true;
	if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		snprintf(tls->why, sizeof(tls->why), "TLS: stream truncated");
	else if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
		snprintf(tls->why, sizeof(tls->why), "TLS: %s: %s",
			tls_reason(),
			X509_verify_cert_error_string(
				SSL_get_verify_result(tls->ssl)));
	else
		snprintf(tls->why, sizeof(tls->why), "TLS: %s", tls_reason());
}

static void
begin_call(struct tls *tls)
{
	ERR_clear_error();
	tls->has_received = false;
	tls->failure = 0;
}

/*
 * What became of a call of OpenSSL that returned 0 or less: 0 at the end, or
 * -1 with errno. Having to wait with what TLS itself sends is no silence of
 * the peer's.
 */
static int
judge(struct tls *tls, int result, bool is_sending)
{
	int error = SSL_get_error(tls->ssl, result);

	/* It says so too when sending fails behind the peer's close_notify. */
	if (error == SSL_ERROR_ZERO_RETURN && is_sending)
		error = SSL_ERROR_SYSCALL;
	switch (error) {
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_WANT_WRITE:
		errno = tls->failure;
		if (is_sending || errno == EINTR)
			return -1;
		tls->is_broken = true;
		errno = ETIMEDOUT;
		return -1;
	case SSL_ERROR_WANT_READ:
		errno = tls->failure;
		return -1;
	case SSL_ERROR_SYSCALL:
		tls->is_broken = true;
		errno = tls->failure;
		if (errno != 0)
			return -1;
		snprintf(tls->why, sizeof(tls->why), "TLS: out of memory");
		errno = EPROTO;
		return -1;
	default:
		keep_reason(tls);
		errno = EPROTO;
		return -1;
	}
}

/* Looks at the first byte: a capital letter is no TLS. */
static int
open_first(struct tls *tls)
{
	unsigned char byte;
	ssize_t received = tls->inner->type->receive(tls->inner, &byte, 1);

	if (received < 0)
		return -1;
	if (received == 0) {
		errno = ECONNRESET;
		return -1;
	}
	tls->has_begun = true;
	tls->has_received = true;
	tls->first = byte;
	tls->is_plain = byte >= 'A' && byte <= 'Z';
	return 0;
}

static int
tls_open(struct transport *transport)
{
	struct tls *tls = tls_of(transport);
	int result;

	begin_call(tls);
	if (!tls->has_begun && open_first(tls) < 0)
		return -1;
	if (tls->is_plain) {
		errno = EPROTO;
		return -1;
	}
	result = SSL_do_handshake(tls->ssl);
	if (result == 1) {
		tls->is_open = true;
		return 0;
	}
	if (judge(tls, result, false) == 0)
		errno = ECONNRESET;
	return -1;
}

static ssize_t
tls_receive(struct transport *transport, void *data, size_t size)
{
	struct tls *tls = tls_of(transport);
	int result;

	if (tls->is_plain)
		return tls->inner->type->receive(tls->inner, data, size);
	begin_call(tls);
	result = SSL_read(tls->ssl, data, size < INT_MAX ? (int)size : INT_MAX);
	return result > 0 ? result : judge(tls, result, false);
}

/* Bytes that OpenSSL still holds are a part of a record, if it is dry. */
static int
tls_wait(struct transport *transport)
{
	struct tls *tls = tls_of(transport);

	if (!tls->is_plain && !tls->is_dry && SSL_has_pending(tls->ssl))
		return 0;
	return tls->inner->type->wait(tls->inner);
}

static int
tls_check(struct transport *transport)
{
	struct transport *inner = tls_of(transport)->inner;

	return inner->type->check(inner);
}

static ssize_t
send_piece(struct tls *tls, const void *data, size_t length)
{
	int result;

	begin_call(tls);
	result = SSL_write(
		tls->ssl, data, length < INT_MAX ? (int)length : INT_MAX);
	return result > 0 ? result : judge(tls, result, true);
}

/* Small pieces and the start of a large one go together in one record. */
static ssize_t
send_gathered(struct tls *tls, const struct iovec *pieces, int count)
{
	char *record = malloc(RECORD_MAX);
	size_t length = 0;
	ssize_t sent;

	if (record == NULL)
		return send_piece(tls, pieces->iov_base, pieces->iov_len);
	for (int i = 0; i < count && length < RECORD_MAX; i++) {
		size_t piece = pieces[i].iov_len;

		if (piece > RECORD_MAX - length)
			piece = RECORD_MAX - length;
		if (piece > 0)
			memcpy(record + length, pieces[i].iov_base, piece);
		length += piece;
	}
	sent = send_piece(tls, record, length);
	free(record);
	return sent;
}

static ssize_t
tls_send(struct transport *transport, struct iovec *pieces, int count)
{
	struct tls *tls = tls_of(transport);

	if (tls->is_plain)
		return tls->inner->type->send(tls->inner, pieces, count);
	if (!tls->is_open || tls->is_broken) {
		errno = EPIPE;
		return -1;
	}
	if (count == 1 || pieces->iov_len >= RECORD_MAX)
		return send_piece(tls, pieces->iov_base, pieces->iov_len);
	return send_gathered(tls, pieces, count);
}

static bool
tls_advances(struct transport *transport)
{
	struct transport *inner = tls_of(transport)->inner;

	return inner->type->advances(inner);
}

static int
tls_set_time_limit(struct transport *transport,
	enum transport_direction direction, int64_t milliseconds)
{
	struct transport *inner = tls_of(transport)->inner;

	return inner->type->set_time_limit(inner, direction, milliseconds);
}

static int
tls_finish(struct transport *transport)
{
	struct tls *tls = tls_of(transport);

	if (tls->is_open && !tls->is_broken)
		do
			begin_call(tls);
		while (SSL_shutdown(tls->ssl) < 0 && tls->failure == EINTR);
	return tls->inner->type->finish(tls->inner);
}

static void
tls_reset(struct transport *transport)
{
	struct transport *inner = tls_of(transport)->inner;

	inner->type->reset(inner);
}

static const char *
tls_explain(const struct transport *transport)
{
	const struct tls *tls = tls_of(transport);

	return tls->why[0] != '\0' ? tls->why : NULL;
}

static void
tls_close(struct transport *transport)
{
	struct tls *tls = tls_of(transport);

	SSL_free(tls->ssl);
	tls->inner->type->close(tls->inner);
	free(tls);
}

static const struct transport_type tls_type = {
	.open = tls_open,
	.receive = tls_receive,
	.wait = tls_wait,
	.check = tls_check,
	.send = tls_send,
	.advances = tls_advances,
	.set_time_limit = tls_set_time_limit,
	.finish = tls_finish,
	.reset = tls_reset,
	.explain = tls_explain,
	.close = tls_close,
};

static struct tls *
tls_new(struct transport *inner, SSL_CTX *context)
{
	struct tls *tls = calloc(1, sizeof(*tls));
	BIO *bio = NULL;

	if (tls == NULL)
		return NULL;
	tls->transport.type = &tls_type;
	tls->inner = inner;
	tls->first = NO_BYTE;
	tls->ssl = SSL_new(context);
	if (tls->ssl != NULL)
		bio = tls_bio_new(tls);
	if (bio == NULL) {
		SSL_free(tls->ssl);
		free(tls);
		return NULL;
	}
	SSL_set_bio(tls->ssl, bio, bio);
	return tls;
}

struct transport *
tls_accept(struct transport *inner, SSL_CTX *context)
{
	struct tls *tls = tls_new(inner, context);

	if (tls == NULL)
		return NULL;
	SSL_set_accept_state(tls->ssl);
	return &tls->transport;
}

/* The certificate is to be for this name or address (RFC 9110, 4.3.4). */
static bool
expect_host(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1)
		return true;
	return SSL_set1_host(ssl, host) == 1 &&
	       SSL_set_tlsext_host_name(ssl, host) == 1;
}

struct transport *
tls_connect(struct transport *inner, SSL_CTX *context, const char *host)
{
	struct tls *tls = tls_new(inner, context);

	if (tls == NULL)
		return NULL;
	tls->has_begun = true;
	SSL_set_connect_state(tls->ssl);
	if (expect_host(tls->ssl, host))
		return &tls->transport;
	SSL_free(tls->ssl);
	free(tls);
	return NULL;
}

bool
tls_is_plain(const struct transport *transport)
{
	return transport->type == &tls_type && tls_of(transport)->is_plain;
}

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* As RFC 4514 has it, but UTF-8 is left alone. */
static void
write_subject(X509 *certificate, char subject[TLS_TEXT_SIZE])
{
	BIO *memory = BIO_new(BIO_s_mem());
	int length = 0;

	if (memory != NULL &&
		X509_NAME_print_ex(memory, X509_get_subject_name(certificate),
			0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0)
		length = BIO_read(memory, subject, TLS_TEXT_SIZE - 1);
	subject[length > 0 ? length : 0] = '\0';
	BIO_free(memory);
}

void
tls_describe(const struct transport *transport, struct tls_facts *facts)
{
	const struct tls *tls = tls_of(transport);
	X509 *certificate;

	*facts = (struct tls_facts){
		.version = "", .cipher = "", .server_name = ""};
	if (transport->type != &tls_type || !tls->is_open)
		return;
	facts->version = SSL_get_version(tls->ssl);
	facts->cipher = or_empty(SSL_get_cipher_name(tls->ssl));
	facts->server_name = or_empty(
		SSL_get_servername(tls->ssl, TLSEXT_NAMETYPE_host_name));
	certificate = SSL_get0_peer_certificate(tls->ssl);
	if (certificate != NULL)
		write_subject(certificate, facts->client_subject);
}
