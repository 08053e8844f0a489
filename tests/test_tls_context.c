/* SPDX-License-Identifier: MIT */
#include "certificates.h"
#include "scratch.h"
#include "suite.h"
#include "transport/tls_context.h"

#include <errno.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASSWORD "secret"

static char error[TLS_ERROR_SIZE];

static void
write_text(const char *file, const char *text)
{
	FILE *stream = fopen(file, "we");

	ck_assert_ptr_nonnull(stream);
	fputs(text, stream);
	fclose(stream);
}

static void
make_server_files(const struct certificate *authority)
{
	struct certificate certificate =
		certificate_make(&(struct certificate_form){
			.name = "localhost", .issuer = authority});

	certificate_write(&certificate, "certificate");
	certificate_write_key(&certificate, "key", NULL);
	certificate_write_key(&certificate, "encrypted key", PASSWORD);
	certificate_write(&certificate, "both");
	certificate_write_key(&certificate, "both", NULL);
	certificate_write_key(&certificate, "key first", NULL);
	certificate_write(&certificate, "key first");
	certificate_write(&certificate, "chain");
	certificate_write(authority, "chain");
	certificate_write(authority, "upside down");
	certificate_write(&certificate, "upside down");
	certificate_release(&certificate);
}

static void
make_key_of_type(const char *file, const char *type)
{
	struct certificate other =
		certificate_make(&(struct certificate_form){.key_type = type});

	certificate_write_key(&other, file, NULL);
	certificate_release(&other);
}

/* It revokes nothing, and names no authority either. */
static void
make_revocations(const struct certificate *authority)
{
	X509_CRL *revocations = X509_CRL_new();
	ASN1_TIME *now = X509_gmtime_adj(NULL, 0);
	FILE *stream = fopen("revocations", "we");

	ck_assert_ptr_nonnull(stream);
	X509_CRL_set_version(revocations, 1);
	X509_CRL_set_issuer_name(
		revocations, X509_get_subject_name(authority->x509));
	X509_CRL_set1_lastUpdate(revocations, now);
	X509_CRL_set1_nextUpdate(revocations, now);
	ck_assert_int_gt(
		X509_CRL_sign(revocations, authority->key, EVP_sha256()), 0);
	ck_assert_int_eq(PEM_write_X509_CRL(stream, revocations), 1);
	fclose(stream);
	ASN1_TIME_free(now);
	X509_CRL_free(revocations);
}

/* As anything in PEM can be, though nobody encrypts what is public. */
static void
make_encrypted_certificate(const struct certificate *certificate)
{
	FILE *stream = fopen("encrypted certificate", "we");

	ck_assert_ptr_nonnull(stream);
	ck_assert_int_eq(
		PEM_ASN1_write((i2d_of_void *)i2d_X509, PEM_STRING_X509, stream,
			certificate->x509, EVP_aes_128_cbc(),
			(const unsigned char *)PASSWORD, (int)strlen(PASSWORD),
			NULL, NULL),
		1);
	fclose(stream);
}

/* A prompt would find an answer here, and what asks for one would work. */
static void
answer_prompts(void)
{
	setsid();
	write_text("answers", PASSWORD "\n" PASSWORD "\n" PASSWORD "\n");
	ck_assert_ptr_nonnull(freopen("answers", "re", stdin));
}

static void
set_up(void)
{
	struct certificate authority =
		certificate_make(&(struct certificate_form){
			.name = "authority", .is_authority = true});

	scratch_enter();
	make_server_files(&authority);
	make_encrypted_certificate(&authority);
	make_revocations(&authority);
	certificate_write(&authority, "authorities");
	certificate_release(&authority);
	make_key_of_type("other key", NULL);
	make_key_of_type("key of another type", "ED25519");
	write_text("empty", "");
	write_text("text", "no PEM at all\n");
	write_text("garbled", "-----BEGIN CERTIFICATE-----\nAAAA\n"
			      "-----END CERTIFICATE-----\n");
	ck_assert_int_eq(mkdir("directory", 0700), 0);
	answer_prompts();
	memset(error, 0, sizeof(error));
}

static void
tear_down(void)
{
	scratch_leave();
}

static const struct tls_files good_files[] = {
	{"certificate", "key", NULL},
	{"both", NULL, NULL},
	{"both", "both", NULL},
	{"key first", NULL, NULL},
	{"chain", "key", NULL},
	{"certificate", "key", "authorities"},
	{"certificate", "key", "chain"},
};

START_TEST(makes_contexts_of_good_files)
{
	SSL_CTX *server = tls_server_context(&good_files[_i], error);
	SSL_CTX *client = tls_client_context(&good_files[_i], false, error);

	ck_assert_ptr_nonnull(server);
	ck_assert_ptr_nonnull(client);
	ck_assert_int_eq(SSL_CTX_check_private_key(server), 1);
	ck_assert_int_eq(SSL_CTX_check_private_key(client), 1);
	ck_assert_str_eq(error, "");
	SSL_CTX_free(server);
	SSL_CTX_free(client);
}
END_TEST

START_TEST(keeps_the_chain)
{
	STACK_OF(X509) *chain = NULL;
	SSL_CTX *context = tls_server_context(
		&(struct tls_files){"chain", "key", NULL}, error);

	ck_assert_ptr_nonnull(context);
	SSL_CTX_get0_chain_certs(context, &chain);
	ck_assert_int_eq(sk_X509_num(chain), 1);
	SSL_CTX_free(context);
}
END_TEST

static const struct {
	struct tls_files files;
	const char *why;
} bad_files[] = {
	{{"missing", "key", NULL},
		"cannot use certificate 'missing': No such file or directory"},
	{{"directory", "key", NULL},
		"cannot use certificate 'directory': there is none in it"},
	{{"empty", "key", NULL},
		"cannot use certificate 'empty': there is none in it"},
	{{"text", "key", NULL},
		"cannot use certificate 'text': there is none in it"},
	{{"key", "key", NULL},
		"cannot use certificate 'key': there is none in it"},
	{{"garbled", "key", NULL}, "cannot use certificate 'garbled': "},
	{{"encrypted certificate", "key", NULL},
		"cannot use certificate 'encrypted certificate': it is "
		"encrypted"},
	{{"certificate", "missing", NULL},
		"cannot use key 'missing': No such file or directory"},
	{{"certificate", "directory", NULL},
		"cannot use key 'directory': there is none in it"},
	{{"certificate", "empty", NULL},
		"cannot use key 'empty': there is none in it"},
	{{"certificate", "text", NULL},
		"cannot use key 'text': there is none in it"},
	{{"certificate", NULL, NULL},
		"cannot use key 'certificate': there is none in it"},
	{{"certificate", "encrypted key", NULL},
		"cannot use key 'encrypted key': it is encrypted"},
	{{"certificate", "other key", NULL}, "cannot use key 'other key': it "
					     "belongs to another certificate"},
	{{"certificate", "key of another type", NULL},
		"cannot use key 'key of another type': it belongs to another "
		"certificate"},
	{{"upside down", "key", NULL},
		"cannot use key 'key': it belongs to another certificate"},
	{{"certificate", "key", "missing"},
		"cannot use authorities 'missing': No such file or directory"},
	{{"certificate", "key", "directory"},
		"cannot use authorities 'directory': there is none in it"},
	{{"certificate", "key", "empty"},
		"cannot use authorities 'empty': there is none in it"},
	{{"certificate", "key", "text"},
		"cannot use authorities 'text': there is none in it"},
	{{"certificate", "key", "key"},
		"cannot use authorities 'key': there is none in it"},
	{{"certificate", "key", "garbled"},
		"cannot use authorities 'garbled': "},
	{{"certificate", "key", "encrypted certificate"},
		"cannot use authorities 'encrypted certificate': "},
};

/* OpenSSL's own words, where there are some, may change. */
static void
says(const char *start)
{
	size_t length = strlen(start);

	ck_assert_msg(strncmp(error, start, length) == 0, "%s", error);
	ck_assert_int_eq(error[length] != '\0', start[length - 1] == ' ');
}

START_TEST(names_the_bad_file_of_a_server)
{
	ck_assert_ptr_null(tls_server_context(&bad_files[_i].files, error));
	says(bad_files[_i].why);
}
END_TEST

START_TEST(names_the_bad_file_of_a_client)
{
	ck_assert_ptr_null(
		tls_client_context(&bad_files[_i].files, false, error));
	says(bad_files[_i].why);
}
END_TEST

START_TEST(names_authorities_without_a_name)
{
	struct tls_files files = {"certificate", "key", "revocations"};

	ck_assert_ptr_null(tls_server_context(&files, error));
	says("cannot use authorities 'revocations': there is none in it");
}
END_TEST

START_TEST(cuts_what_it_says_of_a_long_name)
{
	char name[2 * TLS_ERROR_SIZE];
	struct tls_files files = {.certificate = name};

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	ck_assert_ptr_null(tls_server_context(&files, error));
	ck_assert_uint_eq(strlen(error), TLS_ERROR_SIZE - 1);
}
END_TEST

START_TEST(trusts_the_authorities_of_the_system)
{
	SSL_CTX *context =
		tls_client_context(&(struct tls_files){0}, false, error);

	ck_assert_ptr_nonnull(context);
	ck_assert_int_eq(SSL_CTX_get_verify_mode(context), SSL_VERIFY_PEER);
	SSL_CTX_free(context);
	setenv("SSL_CERT_FILE", "authorities", 1);
	setenv("SSL_CERT_DIR", "directory", 1);
	context = tls_client_context(&(struct tls_files){0}, false, error);
	ck_assert_int_eq(sk_X509_OBJECT_num(X509_STORE_get0_objects(
				 SSL_CTX_get_cert_store(context))),
		1);
	SSL_CTX_free(context);
}
END_TEST

START_TEST(verifies_nobody_when_insecure)
{
	SSL_CTX *context =
		tls_client_context(&(struct tls_files){0}, true, error);

	ck_assert_ptr_nonnull(context);
	ck_assert_int_eq(SSL_CTX_get_verify_mode(context), SSL_VERIFY_NONE);
	SSL_CTX_free(context);
}
END_TEST

static Suite *
context_suite(void)
{
	Suite *suite = suite_create("tls_context");
	TCase *files = tcase_create("files");

	tcase_add_checked_fixture(files, set_up, tear_down);
	tcase_add_loop_test(
		files, makes_contexts_of_good_files, 0, COUNT_OF(good_files));
	tcase_add_test(files, keeps_the_chain);
	tcase_add_loop_test(
		files, names_the_bad_file_of_a_server, 0, COUNT_OF(bad_files));
	tcase_add_loop_test(
		files, names_the_bad_file_of_a_client, 0, COUNT_OF(bad_files));
	tcase_add_test(files, names_authorities_without_a_name);
	tcase_add_test(files, cuts_what_it_says_of_a_long_name);
	tcase_add_test(files, trusts_the_authorities_of_the_system);
	tcase_add_test(files, verifies_nobody_when_insecure);
	suite_add_tcase(suite, files);
	return suite;
}

int
main(void)
{
	return suite_run(context_suite());
}
