/* SPDX-License-Identifier: MIT */
/* The header of the PROXY protocol, versions 1 and 2, before all else. */
#ifndef PROTOCOL_PROXY_HEADER_H
#define PROTOCOL_PROXY_HEADER_H

#include "protocol/endpoint.h"

/* What is looked at of the longest header; what stands behind is skipped. */
#define PROXY_HEADER_HEAD_MAX 232

struct proxy_header {
	size_t missing; /* so many bytes, at least, are still to be received */
	size_t length;	/* of all of it, once nothing is missing */
	struct endpoint client; /* not known: the proxy speaks for itself */
};

/*
 * Looks at the bytes received so far, of which none is behind the header if
 * never more than what was missing (one byte at first) is received. Returns
 * false as soon as they cannot be a header of a stream.
 */
bool proxy_header_parse(struct slice bytes, struct proxy_header *header);

#endif
