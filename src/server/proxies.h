/* SPDX-License-Identifier: MIT */
/* Proxies in front of the server: which are believed, and what they tell. */
#ifndef SERVER_PROXIES_H
#define SERVER_PROXIES_H

#include "option/option.h"
#include "protocol/http.h"
#include "transport/network.h"
#include "transport/transport.h"

#include <stdatomic.h>

struct proxies {
	const struct network *trusted;
	size_t trusted_count;
	bool has_header; /* each connection begins with a PROXY header */
};

/*
 * The networks of a list of texts that network_parse takes, to be freed. NULL
 * when memory is short.
 */
struct network *proxies_networks(const struct option_list *list);

bool proxies_trust(
	const struct proxies *settings, const struct address *address);

/*
 * Receives a PROXY header, and no byte behind it, until the deadline (of
 * transport/clock.h). Stores the client, where the proxy does not speak for
 * itself. Returns NULL, or what is wrong.
 */
const char *proxies_receive_header(struct transport *transport,
	int64_t deadline, const atomic_bool *interrupted,
	struct address *client);

/*
 * Finds the last hop of X-Forwarded-For that is not trusted: it is who a
 * trusted proxy has seen. Were all trusted it is the first. Returns false
 * where no address is told.
 */
bool proxies_find_client(const struct proxies *settings,
	const struct http_head *request, struct address *client);

#endif
