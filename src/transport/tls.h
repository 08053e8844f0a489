/* SPDX-License-Identifier: MIT */
/* TLS 1.2 and 1.3 over another transport: RFC 5246, RFC 8446. */
#ifndef TRANSPORT_TLS_H
#define TRANSPORT_TLS_H

#include "transport/transport.h"

#include <openssl/types.h>
#include <stdbool.h>

#define TLS_TEXT_SIZE 256

/*
 * Has a first handshake in memory. OpenSSL sets itself up then: were memory
 * short for that while clients are served, it would fail for ever after.
 * Returns false when it is short.
 */
bool tls_rehearse(SSL_CTX *server_context);

/*
 * A transport over another one, which it owns from now on. The handshake is
 * what open does; after a failure of TLS errno is EPROTO, and explain tells
 * more. Returns NULL, with the other one untouched, when memory is short.
 */
struct transport *tls_accept(struct transport *inner, SSL_CTX *context);

/* The same for a client; host is a name or an address, without brackets. */
struct transport *tls_connect(
	struct transport *inner, SSL_CTX *context, const char *host);

/*
 * Whether the client of tls_accept began with a capital letter, as HTTP does
 * and TLS cannot: then open has failed with EPROTO, and what follows passes as
 * it is, both ways.
 */
bool tls_is_plain(const struct transport *transport);

/* What was agreed on; empty strings where there is nothing to tell. */
struct tls_facts {
	const char *version;
	const char *cipher;
	const char *server_name; /* that the client asked for */
	char client_subject[TLS_TEXT_SIZE];
};

/* For an open transport. The strings live as long as it does. */
void tls_describe(const struct transport *transport, struct tls_facts *facts);

#endif
