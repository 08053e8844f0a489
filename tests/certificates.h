/* SPDX-License-Identifier: MIT */
/* Certificates and keys that are made while a test runs. */
#ifndef TESTS_CERTIFICATES_H
#define TESTS_CERTIFICATES_H

#include <openssl/types.h>
#include <stdbool.h>

struct certificate {
	X509 *x509;
	EVP_PKEY *key;
};

/* What is to be in one; all zero says nothing but is valid for a day. */
struct certificate_form {
	const char *name;		  /* the common name */
	const char *hosts;		  /* as "DNS:localhost,IP:::1" */
	const struct certificate *issuer; /* NULL: signed by itself */
	const char *key_type;		  /* NULL: on the curve P-256 */
	int first_day;			  /* 0 is today, -1 yesterday */
	int days;			  /* 0: one */
	bool is_authority;
};

/* To be released. */
struct certificate certificate_make(const struct certificate_form *form);
void certificate_release(struct certificate *certificate);

/* Add to the end of a file, in PEM. With a password the key is encrypted. */
void certificate_write(const struct certificate *certificate, const char *file);
void certificate_write_key(const struct certificate *certificate,
	const char *file, const char *password);

#endif
