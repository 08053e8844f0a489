/* SPDX-License-Identifier: MIT */
#include "certificates.h"

#include "suite.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define X509_VERSION 2 /* which is said of the third */

static EVP_PKEY *
make_key(const char *type)
{
	EVP_PKEY *key = type == NULL
				? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
				: EVP_PKEY_Q_keygen(NULL, NULL, type);

	ck_assert_ptr_nonnull(key);
	return key;
}

static void
add_extension(X509 *x509, int kind, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
	ck_assert_ptr_nonnull(extension);
	ck_assert_int_eq(X509_add_ext(x509, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void
set_days(X509 *x509, const struct certificate_form *form)
{
	int days = form->days == 0 ? 1 : form->days;

	X509_time_adj_ex(X509_getm_notBefore(x509), form->first_day, 0, NULL);
	X509_time_adj_ex(
		X509_getm_notAfter(x509), form->first_day + days, 0, NULL);
}

static void
set_name(X509 *x509, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(x509);

	ck_assert_int_eq(
		X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
			(const unsigned char *)name, -1, -1, 0),
		1);
}

struct certificate
certificate_make(const struct certificate_form *form)
{
	static long serial;
	struct certificate made = {X509_new(), make_key(form->key_type)};
	const struct certificate *issuer =
		form->issuer == NULL ? &made : form->issuer;
	/* The other types of keys bring their own. */
	const EVP_MD *digest = form->key_type == NULL || form->issuer != NULL
				       ? EVP_sha256()
				       : NULL;

	ck_assert_ptr_nonnull(made.x509);
	X509_set_version(made.x509, X509_VERSION);
	ASN1_INTEGER_set(X509_get_serialNumber(made.x509), ++serial);
	set_days(made.x509, form);
	if (form->name != NULL)
		set_name(made.x509, form->name);
	X509_set_issuer_name(made.x509, X509_get_subject_name(issuer->x509));
	X509_set_pubkey(made.x509, made.key);
	if (form->is_authority)
		add_extension(
			made.x509, NID_basic_constraints, "critical,CA:TRUE");
	if (form->hosts != NULL)
		add_extension(made.x509, NID_subject_alt_name, form->hosts);
	ck_assert_int_gt(X509_sign(made.x509, issuer->key, digest), 0);
	return made;
}

void
certificate_release(struct certificate *certificate)
{
	X509_free(certificate->x509);
	EVP_PKEY_free(certificate->key);
}

void
certificate_write(const struct certificate *certificate, const char *file)
{
	FILE *stream = fopen(file, "ae");

	ck_assert_ptr_nonnull(stream);
	ck_assert_int_eq(PEM_write_X509(stream, certificate->x509), 1);
	fclose(stream);
}

void
certificate_write_key(const struct certificate *certificate, const char *file,
	const char *password)
{
	FILE *stream = fopen(file, "ae");
	const EVP_CIPHER *cipher = password == NULL ? NULL : EVP_aes_128_cbc();
	int length = password == NULL ? 0 : (int)strlen(password);

	ck_assert_ptr_nonnull(stream);
	ck_assert_int_eq(PEM_write_PKCS8PrivateKey(stream, certificate->key,
				 cipher, password, length, NULL, NULL),
		1);
	fclose(stream);
}
