/* SPDX-License-Identifier: MIT */
/* The inside of a TLS stream, for the files that it is made of. */
#ifndef TRANSPORT_TLS_STATE_H
#define TRANSPORT_TLS_STATE_H

#include "transport/tls.h"

#include <openssl/ssl.h>

#define NO_BYTE (-1)

struct tls {
	struct transport transport;
	struct transport *inner;
	SSL *ssl;
	int first;   /* the client's first byte, until it is used, or NO_BYTE */
	int failure; /* errno of the last call below */
	bool has_begun;	   /* the first byte was received */
	bool has_received; /* bytes, in this call */
	bool is_dry;	   /* there was nothing to receive */
	bool is_at_end;	   /* of what is below */
	bool is_plain;
	bool is_open;
	bool is_broken; /* nothing more can be said */
	char why[TLS_TEXT_SIZE];
};

/* Makes ready what tls_bio_new needs. Returns false when memory is short. */
bool tls_bio_prepare(void);

/* A BIO over what is below, which it calls as it is; NULL as above. */
BIO *tls_bio_new(struct tls *tls);

#endif
