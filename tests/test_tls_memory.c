/* SPDX-License-Identifier: MIT */
#include "suite.h"
#include "tls_server.h"

#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many allocations of OpenSSL's still succeed; then one fails. */
#define ALL_SUCCEED (-1)
static long allocations_left = ALL_SUCCEED;

static bool
is_refused(void)
{
	if (allocations_left == ALL_SUCCEED || allocations_left-- > 0)
		return false;
	errno = ENOMEM;
	return true;
}

static void *
allocate(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return is_refused() ? NULL : malloc(size);
}

static void *
reallocate(void *block, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return is_refused() ? NULL : realloc(block, size);
}

static void
release(void *block, const char *file, int line)
{
	(void)file;
	(void)line;
	free(block);
}

/* Whether the allocation that was to fail has done so. */
static bool
has_failed(void)
{
	bool failed = allocations_left == ALL_SUCCEED;

	allocations_left = ALL_SUCCEED;
	return failed;
}

/* Takes no bytes and has none. */
static void
close_nothing(struct transport *transport)
{
	(void)transport;
}

static const struct transport_type nothing_type = {.close = close_nothing};
static struct transport nothing = {&nothing_type};

static struct transport *
accept_it(SSL_CTX *context)
{
	return tls_accept(&nothing, context);
}

static struct transport *
connect_it(SSL_CTX *context)
{
	return tls_connect(&nothing, context, "localhost");
}

static struct transport *(*const makers[])(SSL_CTX *context) = {
	accept_it, connect_it};

START_TEST(makes_a_transport_or_none)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	bool failed = true;

	for (long left = 0; failed; left++) {
		struct transport *transport;

		allocations_left = left;
		transport = makers[_i](context);
		failed = has_failed();
		ck_assert(failed || transport != NULL);
		if (transport != NULL)
			transport->type->close(transport);
	}
	SSL_CTX_free(context);
}
END_TEST

/* Nobody can be asked for, or verified, by these. */
START_TEST(makes_none_for_an_impossible_host)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	char host[300] = "";

	ck_assert_ptr_null(tls_connect(&nothing, context, host));
	memset(host, 'a', sizeof(host) - 1);
	ck_assert_ptr_null(tls_connect(&nothing, context, host));
	SSL_CTX_free(context);
}
END_TEST

/* Between the allocations that fail: all of them would take too long. */
#define STEP 211
#define STARTS 3

/* What can be left out without memory is no failure, so either may be. */
START_TEST(makes_a_context_or_says_why_not)
{
	struct tls_files files = {"server.pem", NULL, "server.pem"};
	bool failed = true;

	for (long left = _i; failed; left += STEP) {
		char error[TLS_ERROR_SIZE] = "";
		SSL_CTX *context;

		allocations_left = left;
		context = _i % 2 == 0
				  ? tls_server_context(&files, error)
				  : tls_client_context(&files, false, error);
		failed = has_failed();
		ck_assert_int_eq(context == NULL, error[0] != '\0');
		ck_assert(failed || context != NULL);
		SSL_CTX_free(context);
	}
}
END_TEST

/* How many allocations it takes until a certificate would be read. */
static long
allocations_before_certificate(void)
{
	struct tls_files files = {"nothing.pem", NULL, NULL};
	char error[TLS_ERROR_SIZE];
	long used;

	allocations_left = LONG_MAX;
	ck_assert_ptr_null(tls_server_context(&files, error));
	used = LONG_MAX - allocations_left;
	allocations_left = ALL_SUCCEED;
	return used;
}

#define CHAIN_LENGTH 2

/* Of copies of a certificate, with the key of the first. */
static void
write_chain(const char *name)
{
	char certificate[4096];
	FILE *file = fopen("server.pem", "r");
	size_t length = fread(certificate, 1, sizeof(certificate), file);

	fclose(file);
	file = fopen(name, "w");
	for (int i = 0; i <= CHAIN_LENGTH; i++)
		fwrite(certificate, 1, length, file);
	fclose(file);
}

/* Each certificate takes some 1500 allocations; a dozen begin it. */
#define READING 3600
#define READING_STEP 11

START_TEST(has_the_whole_chain_or_says_why_not)
{
	struct tls_files files = {"chain.pem", NULL, NULL};
	long first = allocations_before_certificate();

	write_chain(files.certificate);
	for (long left = first; left < first + READING; left += READING_STEP) {
		char error[TLS_ERROR_SIZE] = "";
		STACK_OF(X509) *chain = NULL;
		SSL_CTX *context;

		allocations_left = left;
		context = tls_server_context(&files, error);
		has_failed();
		ck_assert_int_eq(context == NULL, error[0] != '\0');
		if (context == NULL)
			continue;
		SSL_CTX_get0_chain_certs(context, &chain);
		ck_assert_int_eq(sk_X509_num(chain), CHAIN_LENGTH);
		SSL_CTX_free(context);
	}
	remove(files.certificate);
}
END_TEST

/* How far it came does not matter; but nothing is left behind. */
static void
try_all(void)
{
	char byte;
	struct iovec piece = {tls_bytes, 1};

	if (tls_peer_open(&tls_client) != 0)
		return;
	SSL_write(tls_client.ssl, tls_bytes, 1);
	tls_peer_receive(&tls_client, &byte, 1);
	tls_peer_send_once(&tls_client, &piece, 1);
	tls_peer_finish(&tls_client);
}

START_TEST(survives_any_lack_of_memory)
{
	bool failed = true;

	for (long left = 7 * _i; failed; left += STEP) {
		tls_server_begin(TLS_AT_ONCE);
		allocations_left = left;
		try_all();
		failed = has_failed();
		tls_peer_release(&tls_client);
		tls_client.transport = NULL;
	}
}
END_TEST

static Suite *
memory_suite(void)
{
	Suite *suite = suite_create("tls_memory");
	TCase *memory = tcase_create("memory");

	tcase_set_timeout(memory, 60);
	tcase_add_checked_fixture(
		memory, tls_server_set_up, tls_server_tear_down);
	tcase_add_loop_test(
		memory, makes_a_transport_or_none, 0, COUNT_OF(makers));
	tcase_add_test(memory, makes_none_for_an_impossible_host);
	tcase_add_loop_test(memory, makes_a_context_or_says_why_not, 0, STARTS);
	tcase_add_test(memory, has_the_whole_chain_or_says_why_not);
	tcase_add_loop_test(memory, survives_any_lack_of_memory, 0, STARTS);
	suite_add_tcase(suite, memory);
	return suite;
}

int
main(void)
{
	if (CRYPTO_set_mem_functions(allocate, reallocate, release) != 1)
		return EXIT_FAILURE;
	return suite_run(memory_suite());
}
