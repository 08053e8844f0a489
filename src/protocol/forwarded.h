/* SPDX-License-Identifier: MIT */
/* X-Forwarded-For, where each proxy adds whom it speaks for. */
#ifndef PROTOCOL_FORWARDED_H
#define PROTOCOL_FORWARDED_H

#include "protocol/endpoint.h"
#include "protocol/http.h"

/* A walk over the hops of a request, from the client's end on. */
struct http_list forwarded_list(const struct http_head *request);

/*
 * The next hop; host_length 0 for what is no address, as "unknown". Empty
 * elements are skipped. Returns false behind the last.
 */
bool forwarded_next(struct http_list *list, struct endpoint *hop);

#endif
