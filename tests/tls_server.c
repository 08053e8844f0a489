/* SPDX-License-Identifier: MIT */
#include "tls_server.h"

#include "scratch.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

struct tls_peer tls_client;
char tls_bytes[TLS_BYTES];
static SSL_CTX *server, *client;

static void
make_contexts(void)
{
	struct certificate certificate = certificate_make(
		&(struct certificate_form){.name = "localhost"});
	struct tls_files files = {.certificate = "server.pem"};
	char error[TLS_ERROR_SIZE];

	certificate_write(&certificate, "server.pem");
	certificate_write_key(&certificate, "server.pem", NULL);
	certificate_release(&certificate);
	server = tls_server_context(&files, error);
	client = SSL_CTX_new(TLS_client_method());
	ck_assert_ptr_nonnull(server);
	ck_assert_ptr_nonnull(client);
}

void
tls_server_set_up(void)
{
	unsigned random = 1;

	scratch_enter();
	make_contexts();
	for (size_t i = 0; i < TLS_BYTES; i++) {
		random = random * 1103515245 + 12345;
		tls_bytes[i] = (char)(random >> 16);
	}
	tls_client.transport = NULL;
}

void
tls_server_tear_down(void)
{
	if (tls_client.transport != NULL)
		tls_peer_release(&tls_client);
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	scratch_leave();
}

void
tls_server_begin(int variant)
{
	tls_peer_begin(&tls_client, client, variant);
	tls_peer_meets_server(&tls_client, server);
}

void
tls_server_open(int variant)
{
	tls_server_begin(variant);
	tls_peer_opens(&tls_client);
}

void
tls_server_receives(size_t length)
{
	char *received = malloc(length);
	size_t done = 0;

	ck_assert_ptr_nonnull(received);
	while (done < length) {
		ssize_t result = tls_peer_receive(
			&tls_client, received + done, length - done);

		ck_assert_int_gt(result, 0);
		done += (size_t)result;
	}
	ck_assert_int_eq(memcmp(received, tls_bytes, length), 0);
	free(received);
}

void
tls_server_sends(size_t length)
{
	struct iovec piece = {tls_bytes, length};

	tls_peer_sends(&tls_client, &piece, 1);
}
