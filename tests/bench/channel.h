/* SPDX-License-Identifier: MIT */
/* A connection to the server under load, plain or by TLS. */
#ifndef BENCH_CHANNEL_H
#define BENCH_CHANNEL_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct channel {
	int descriptor;
	SSL *ssl; /* NULL: plain */
};

/*
 * TLS 1.3 with one cipher, the same for whatever is compared. Nobody's
 * certificate is checked. Exits on failure.
 */
SSL_CTX *channel_context(void);

/* Connects, by TLS when there is a context. Exits on failure. */
void channel_open(struct channel *channel, const char *host, const char *port,
	SSL_CTX *context);

/* Up to here calls wait, from here on they fail with EAGAIN instead. */
void channel_unblock(struct channel *channel);

/* As send and recv. Exit on failures other than EAGAIN and EINTR. */
ssize_t channel_send(struct channel *channel, const char *data, size_t length);
ssize_t channel_receive(struct channel *channel, char *data, size_t length);

/* As channel_receive, of bytes that nobody wants; plain ones are not copied. */
ssize_t channel_skip(struct channel *channel, size_t length);

/* Whether there may be bytes that the descriptor does not tell of. */
bool channel_holds_bytes(const struct channel *channel);

void channel_close(struct channel *channel);

#endif
