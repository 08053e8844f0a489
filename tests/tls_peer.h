/* SPDX-License-Identifier: MIT */
/* A TLS transport under test, and OpenSSL as its peer in memory. */
#ifndef TESTS_TLS_PEER_H
#define TESTS_TLS_PEER_H

#include "certificates.h"
#include "transport/tls.h"
#include "transport/tls_context.h"

#include <openssl/ssl.h>
#include <sys/types.h>

/*
 * What is below the transport: a call moves chunk bytes at most. The peer
 * goes on with its handshake whenever it is listened to.
 */
struct tls_peer {
	struct transport below;
	struct transport *transport; /* the one under test */
	SSL *ssl;		     /* the peer's */
	BIO *hears;
	BIO *says;
	int failure; /* the reason why the peer's handshake failed */
	size_t chunk;
	size_t held_back;    /* of what it says, so much has not yet come */
	bool interrupts;     /* each second call fails with EINTR first */
	bool stutters;	     /* each third send takes nothing in time */
	bool is_deaf;	     /* each send does */
	bool has_ended;	     /* behind what it says is the end, not silence */
	int receive_failure; /* errno behind what it says, if not 0 */
	int send_failure;    /* errno of each send, if not 0 */
	unsigned calls;
	unsigned receives;
	unsigned sends;
	unsigned waits;
	int64_t send_limit;
	bool finished;
	bool closed;
};

/* Begins as memory_transport.h's variants do; release takes what begin gave. */
void tls_peer_begin(struct tls_peer *peer, SSL_CTX *peer_context, int variant);
void tls_peer_release(struct tls_peer *peer);

/* A server, or a client, under test. The contexts stay the caller's. */
void tls_peer_meets_server(struct tls_peer *peer, SSL_CTX *context);
void tls_peer_meets_client(
	struct tls_peer *peer, SSL_CTX *context, const char *host);

/*
 * The calls of the transport, each with an old error in OpenSSL's queue, and
 * each receiving once at most from below.
 */
int tls_peer_open_once(struct tls_peer *peer);
ssize_t tls_peer_receive_once(struct tls_peer *peer, void *data, size_t size);
int tls_peer_wait(struct tls_peer *peer);
ssize_t tls_peer_send_once(
	struct tls_peer *peer, struct iovec *pieces, int count);
int tls_peer_finish(struct tls_peer *peer);

/* The same, repeated while they are interrupted; then 0, or errno. */
int tls_peer_open(struct tls_peer *peer);
ssize_t tls_peer_receive(struct tls_peer *peer, void *data, size_t size);

/* Opens, which must succeed on both sides. */
void tls_peer_opens(struct tls_peer *peer);

/* Repeats, after a time limit too, until all pieces are sent. */
void tls_peer_sends(struct tls_peer *peer, struct iovec *pieces, int count);

/* What the peer does: */
void tls_peer_says(struct tls_peer *peer, const void *data, size_t length);
void tls_peer_hears(struct tls_peer *peer, const void *data, size_t length);

/* Makes the peer read all there is; returns what SSL_get_error said then. */
int tls_peer_reads_on(struct tls_peer *peer);

/* Receive, send and explain failed so; "" stands for nothing explained. */
void tls_peer_receive_fails(struct tls_peer *peer, int failure);
void tls_peer_send_fails(struct tls_peer *peer, int failure);
void tls_peer_explains(const struct tls_peer *peer, const char *text);

#endif
