/* SPDX-License-Identifier: MIT */
/* Networks, as CIDR writes them (RFC 4632, RFC 4291), and who is in them. */
#ifndef TRANSPORT_NETWORK_H
#define TRANSPORT_NETWORK_H

#include "transport/address.h"

struct network {
	int family; /* AF_UNIX: all Unix sockets */
	unsigned char host[sizeof(struct in6_addr)];
	unsigned prefix; /* bits */
};

/*
 * Reads "192.0.2.0/24", "2001:db8::/32", one address, which is a network of
 * its own, or "unix". A network of IPv4-mapped addresses,
 * "::ffff:192.0.2.0/120", is that of IPv4. Returns false for anything else, and
 * where bits behind the prefix are set: then something else was meant.
 */
bool network_parse(struct network *network, const char *text);

/* The address is not IPv4-mapped: see address_unmap. */
bool network_has(const struct network *network, const struct address *address);

#endif
