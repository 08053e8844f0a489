/* SPDX-License-Identifier: MIT */
/* What TLS connections share: certificates, keys, whom they trust. */
#ifndef TRANSPORT_TLS_CONTEXT_H
#define TRANSPORT_TLS_CONTEXT_H

#include <openssl/types.h>
#include <stdbool.h>

#define TLS_ERROR_SIZE 512

/* PEM files; NULL for none. */
struct tls_files {
	const char *certificate; /* with the chain behind it */
	const char *key;	 /* NULL: in the certificate's file */
	const char *authorities; /* whose certificates the peer may have */
};

/*
 * A server's context: TLS 1.2 and 1.3, no renegotiation, ALPN http/1.1 (RFC
 * 7301). With authorities, clients must have a certificate. To be freed by
 * SSL_CTX_free; connections keep it alive. Returns NULL with a sentence that
 * names the file when one is of no use.
 */
SSL_CTX *tls_server_context(
	const struct tls_files *files, char error[TLS_ERROR_SIZE]);

/*
 * A client's, which trusts the system's authorities if none are given, and
 * anybody if it is insecure.
 */
SSL_CTX *tls_client_context(const struct tls_files *files, bool insecure,
	char error[TLS_ERROR_SIZE]);

/* Why OpenSSL failed: of the first error in this thread's queue. */
const char *tls_reason(void);

#endif
