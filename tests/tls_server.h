/* SPDX-License-Identifier: MIT */
/* A TLS server under test, opened by a client, and bytes to exchange. */
#ifndef TESTS_TLS_SERVER_H
#define TESTS_TLS_SERVER_H

#include "tls_peer.h"

#define TLS_RECORD_MAX 16384
#define TLS_BYTES 100000

/* The variant in which all that can move moves at once. */
#define TLS_AT_ONCE 14

/* The client, and TLS_BYTES bytes of which no two stretches are alike. */
extern struct tls_peer tls_client;
extern char tls_bytes[TLS_BYTES];

/* Before and after each test; releases the client too, if there was one. */
void tls_server_set_up(void);
void tls_server_tear_down(void);

/* In a variant of memory_transport.h. */
void tls_server_begin(int variant);
void tls_server_open(int variant);

/* It does so with the first of the bytes. */
void tls_server_receives(size_t length);
void tls_server_sends(size_t length);

#endif
