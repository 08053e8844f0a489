/* SPDX-License-Identifier: MIT */
/* An IP address and a port as proxies tell them, in text. */
#ifndef PROTOCOL_ENDPOINT_H
#define PROTOCOL_ENDPOINT_H

#include "protocol/slice.h"

#define ENDPOINT_IPV4 4
#define ENDPOINT_IPV6 16

struct endpoint {
	unsigned char host[ENDPOINT_IPV6]; /* in network byte order */
	size_t host_length;		   /* 4 or 16; 0: it is not known */
	unsigned port;			   /* 0: it is not known */
};

/* Reads an address of one family: its length says which. */
bool endpoint_parse_host(
	struct endpoint *endpoint, struct slice text, size_t host_length);

/* Reads 0 to 65535, without leading zeros. */
bool endpoint_parse_port(struct endpoint *endpoint, struct slice text);

/*
 * Reads "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]" or
 * "[2001:db8::1]:80". Returns false for anything else.
 */
bool endpoint_parse(struct endpoint *endpoint, struct slice text);

#endif
