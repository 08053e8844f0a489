/* SPDX-License-Identifier: MIT */
#include "certificates.h"
#include "scratch.h"
#include "suite.h"
#include "transport/tcp.h"
#include "transport/tls.h"
#include "transport/tls_context.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PAIRS 4
#define LENGTH 100000
#define ROUNDS 3

/* No call of these tests takes as long, in milliseconds. */
#define LONG_TIME 20000

static SSL_CTX *server, *client;
static char error[TLS_ERROR_SIZE];

/* A server and a client over two sockets, each with a thread of its own. */
struct pair {
	struct transport *server;
	struct transport *client;
	int sockets[2];
	pthread_t threads[2];
};

static void
make_files(void)
{
	struct certificate authority =
		certificate_make(&(struct certificate_form){
			.name = "authority", .is_authority = true});
	struct certificate certificate =
		certificate_make(&(struct certificate_form){
			.hosts = "DNS:localhost", .issuer = &authority});

	certificate_write(&authority, "authorities");
	certificate_write(&certificate, "certificate");
	certificate_write_key(&certificate, "certificate", NULL);
	certificate_release(&certificate);
	certificate_release(&authority);
}

static void
set_up(void)
{
	scratch_enter();
	make_files();
	server = tls_server_context(
		&(struct tls_files){"certificate", NULL, "authorities"}, error);
	client = tls_client_context(
		&(struct tls_files){"certificate", NULL, "authorities"}, false,
		error);
	ck_assert_ptr_nonnull(server);
	ck_assert_ptr_nonnull(client);
}

static void
tear_down(void)
{
	SSL_CTX_free(server);
	SSL_CTX_free(client);
	scratch_leave();
}

static struct transport *
tcp_of(int descriptor)
{
	struct transport *tcp = tcp_new(descriptor, 0);

	ck_assert_ptr_nonnull(tcp);
	tcp->type->set_time_limit(tcp, TRANSPORT_RECEIVING, LONG_TIME);
	tcp->type->set_time_limit(tcp, TRANSPORT_SENDING, LONG_TIME);
	return tcp;
}

static void
begin(struct pair *pair)
{
	int *sockets = pair->sockets;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
	pair->server = tls_accept(tcp_of(sockets[0]), server);
	pair->client = tls_connect(tcp_of(sockets[1]), client, "localhost");
	ck_assert_ptr_nonnull(pair->server);
	ck_assert_ptr_nonnull(pair->client);
}

static bool
open_it(struct transport *transport)
{
	int result;

	do
		result = transport->type->open(transport);
	while (result < 0 && errno == EINTR);
	return result == 0;
}

static ssize_t
receive(struct transport *transport, char *data, size_t size)
{
	ssize_t received;

	do
		received = transport->type->receive(transport, data, size);
	while (received < 0 && errno == EINTR);
	return received;
}

static bool
send_all(struct transport *transport, char *data, size_t length)
{
	while (length > 0) {
		struct iovec piece = {data, length};
		ssize_t sent = transport->type->send(transport, &piece, 1);

		if (sent <= 0)
			return false;
		data += sent;
		length -= (size_t)sent;
	}
	return true;
}

static bool
receive_all(struct transport *transport, char *data, size_t length)
{
	while (length > 0) {
		ssize_t received = receive(transport, data, length);

		if (received <= 0)
			return false;
		data += received;
		length -= (size_t)received;
	}
	return true;
}

/* Echoes until the end; returns whether that was a clean one. */
static void *
serve(void *argument)
{
	struct transport *transport = argument;
	char *data = malloc(LENGTH);
	bool fine = data != NULL && open_it(transport);

	for (int i = 0; fine && i < ROUNDS; i++)
		fine = receive_all(transport, data, LENGTH) &&
		       send_all(transport, data, LENGTH);
	fine = fine && receive(transport, data, 1) == 0;
	transport->type->finish(transport);
	transport->type->close(transport);
	free(data);
	return fine ? argument : NULL;
}

/* Returns whether all came back. */
static void *
talk(void *argument)
{
	struct transport *transport = argument;
	char *said = malloc(LENGTH), *heard = malloc(LENGTH);
	bool fine = said != NULL && heard != NULL && open_it(transport);

	for (int i = 0; fine && i < ROUNDS; i++) {
		memset(said, 'a' + i, LENGTH);
		fine = send_all(transport, said, LENGTH) &&
		       receive_all(transport, heard, LENGTH) &&
		       memcmp(said, heard, LENGTH) == 0;
	}
	transport->type->finish(transport);
	fine = fine && receive(transport, heard, 1) == 0;
	transport->type->close(transport);
	free(said);
	free(heard);
	return fine ? argument : NULL;
}

static void
start(struct pair *pair)
{
	ck_assert_int_eq(
		pthread_create(&pair->threads[0], NULL, serve, pair->server),
		0);
	ck_assert_int_eq(
		pthread_create(&pair->threads[1], NULL, talk, pair->client), 0);
}

static bool
join(struct pair *pair)
{
	void *served, *talked;

	pthread_join(pair->threads[0], &served);
	pthread_join(pair->threads[1], &talked);
	return served != NULL && talked != NULL;
}

START_TEST(echoes_in_many_threads)
{
	struct pair pairs[PAIRS] = {0};

	for (int i = 0; i < PAIRS; i++) {
		begin(&pairs[i]);
		start(&pairs[i]);
	}
	for (int i = 0; i < PAIRS; i++)
		ck_assert(join(&pairs[i]));
}
END_TEST

/* As at a reload: those who have the old context keep it. */
START_TEST(keeps_a_context_that_was_replaced)
{
	struct pair pair = {0};

	begin(&pair);
	SSL_CTX_free(server);
	server = tls_server_context(
		&(struct tls_files){"certificate", NULL, NULL}, error);
	start(&pair);
	ck_assert(join(&pair));
}
END_TEST

static Suite *
threads_suite(void)
{
	Suite *suite = suite_create("tls_threads");
	TCase *threads = tcase_create("threads");

	tcase_set_timeout(threads, 60);
	tcase_add_checked_fixture(threads, set_up, tear_down);
	tcase_add_test(threads, echoes_in_many_threads);
	tcase_add_test(threads, keeps_a_context_that_was_replaced);
	suite_add_tcase(suite, threads);
	return suite;
}

int
main(void)
{
	return suite_run(threads_suite());
}
