/* SPDX-License-Identifier: MIT */
/* The sockets that the server accepts from, and what they are called. */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include "server/activation.h"
#include "server/options.h"
#include "transport/listening.h"

#define LISTENERS_MAX 64

/* "wss+unix:" is the longest scheme. */
#define LISTENER_URL_SIZE (ADDRESS_TEXT_SIZE + 9)

struct listener {
	int descriptor;
	bool has_tls;
	bool is_inherited; /* its file, if any, is not ours to remove */
	struct listening_file file;
	struct address address;
};

/* Several listeners may have one URL: localhost is ::1 and 127.0.0.1. */
struct listeners {
	struct listener items[LISTENERS_MAX];
	size_t count;
	unsigned flags; /* of transport/listening.h, for those to be opened */
	char urls[LISTENERS_MAX][LISTENER_URL_SIZE];
	size_t url_count;
};

/* Whether a text is something that listeners_open understands. */
bool listener_address_is_valid(const char *text);

/* Whether such a text begins with wss://. */
bool listener_address_has_tls(const char *text);

/*
 * Takes over the sockets of an activation, of which those named ws are plain,
 * those named wss TLS and others as an address without a scheme, and opens all
 * that the options name; the default only where there is no other. Returns
 * false, with none open and what failed told on stderr, when one cannot be.
 */
bool listeners_open(struct listeners *listeners, const struct options *options,
	const struct activation *activation);

void listeners_close(struct listeners *listeners);

/* Whether only this machine can connect. */
bool listeners_are_loopback(const struct listeners *listeners);

#endif
