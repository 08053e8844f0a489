/* SPDX-License-Identifier: MIT */
#include "server/proxies.h"

#include "protocol/forwarded.h"
#include "protocol/proxy_header.h"
#include "transport/clock.h"

#include <errno.h>
#include <stdlib.h>

struct network *
proxies_networks(const struct option_list *list)
{
	struct network *networks = calloc(list->count + 1, sizeof(*networks));

	for (size_t i = 0; networks != NULL && i < list->count; i++)
		network_parse(&networks[i], list->values[i]);
	return networks;
}

bool
proxies_trust(const struct proxies *settings, const struct address *address)
{
	for (size_t i = 0; i < settings->trusted_count; i++)
		if (network_has(&settings->trusted[i], address))
			return true;
	return false;
}

static void
set_address(struct address *address, const struct endpoint *endpoint)
{
	address_from_host(
		address, endpoint->host, endpoint->host_length, endpoint->port);
	address_unmap(address);
}

/* How long a header may still take once the thread is to end. */
#define LAST_WAIT 1000

/* A stream that has a header at its start, and until when. */
struct reader {
	struct transport *transport;
	int64_t deadline;
	const atomic_bool *interrupted;
	bool is_hurried;
};

/*
 * As with a request, who came in time is not turned away. Returns whether the
 * deadline has changed.
 */
static bool
heed_interruption(struct reader *reader)
{
	int64_t soon = deadline_after(LAST_WAIT);

	if (reader->is_hurried || !atomic_load(reader->interrupted))
		return false;
	reader->is_hurried = true;
	if (soon < reader->deadline)
		reader->deadline = soon;
	return true;
}

/*
 * Receives size bytes. Who interrupts sets the flag before the shortest limit:
 * one that we set over that is followed by a look at the flag.
 */
static const char *
receive_all(struct reader *reader, char *data, size_t size)
{
	const struct transport_type *type = reader->transport->type;

	while (size > 0) {
		int64_t left = deadline_left(reader->deadline);
		ssize_t received;

		if (left == 0)
			return "no PROXY header came in time";
		type->set_time_limit(
			reader->transport, TRANSPORT_RECEIVING, left);
		if (heed_interruption(reader))
			continue;
		received = type->receive(reader->transport, data, size);
		if (received > 0) {
			data += received;
			size -= (size_t)received;
		} else if (received == 0 ||
			   (errno != EINTR && errno != EAGAIN &&
				   errno != EWOULDBLOCK)) {
			return "no PROXY header before the end";
		}
	}
	return NULL;
}

/* What stands behind the addresses is for others. */
static const char *
skip(struct reader *reader, size_t size)
{
	char rest[PROXY_HEADER_HEAD_MAX];
	const char *why = NULL;

	while (size > 0 && why == NULL) {
		size_t piece = size < sizeof(rest) ? size : sizeof(rest);

		why = receive_all(reader, rest, piece);
		size -= piece;
	}
	return why;
}

const char *
proxies_receive_header(struct transport *transport, int64_t deadline,
	const atomic_bool *interrupted, struct address *client)
{
	struct reader reader = {transport, deadline, interrupted, false};
	struct proxy_header header = {.missing = 1};
	char data[PROXY_HEADER_HEAD_MAX];
	size_t length = 0;
	const char *why;

	while (header.missing > 0) {
		why = receive_all(&reader, data + length, header.missing);
		if (why != NULL)
			return why;
		length += header.missing;
		if (!proxy_header_parse((struct slice){data, length}, &header))
			return "no PROXY header";
	}
	if (header.client.host_length > 0)
		set_address(client, &header.client);
	return skip(&reader, header.length - length);
}

/*
 * From the client's end on: whoever is not trusted may have made up all that
 * stands before. What is no address hides those before it as well.
 */
bool
proxies_find_client(const struct proxies *settings,
	const struct http_head *request, struct address *client)
{
	struct http_list list = forwarded_list(request);
	struct endpoint hop;
	bool is_found = false;

	while (forwarded_next(&list, &hop)) {
		struct address address;
		bool is_trusted;

		if (hop.host_length == 0) {
			is_found = false;
			continue;
		}
		set_address(&address, &hop);
		is_trusted = proxies_trust(settings, &address);
		if (!is_found || !is_trusted)
			*client = address;
		is_found = true;
	}
	return is_found;
}
