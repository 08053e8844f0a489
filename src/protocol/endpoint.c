/* SPDX-License-Identifier: MIT */
#include "protocol/endpoint.h"

#include <arpa/inet.h>
#include <string.h>

#define PORT_MAX 65535

bool
endpoint_parse_host(
	struct endpoint *endpoint, struct slice text, size_t host_length)
{
	int family = host_length == ENDPOINT_IPV4 ? AF_INET : AF_INET6;
	char copy[INET6_ADDRSTRLEN];

	if (text.length >= sizeof(copy) ||
		memchr(text.data, '\0', text.length) != NULL)
		return false;
	memcpy(copy, text.data, text.length);
	copy[text.length] = '\0';
	if (inet_pton(family, copy, endpoint->host) != 1)
		return false;
	endpoint->host_length = host_length;
	return true;
}

bool
endpoint_parse_port(struct endpoint *endpoint, struct slice text)
{
	unsigned port = 0;

	if (text.length == 0 || (text.length > 1 && text.data[0] == '0'))
		return false;
	for (size_t i = 0; i < text.length; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		port = port * 10 + (unsigned)(text.data[i] - '0');
		if (port > PORT_MAX)
			return false;
	}
	endpoint->port = port;
	return true;
}

/* Reads what stands behind the "[". */
static bool
parse_bracketed(struct endpoint *endpoint, struct slice rest)
{
	struct slice host;

	if (!slice_split(&rest, ']', &host) ||
		!endpoint_parse_host(endpoint, host, ENDPOINT_IPV6))
		return false;
	if (rest.length == 0)
		return true;
	return rest.data[0] == ':' &&
	       endpoint_parse_port(endpoint,
		       (struct slice){rest.data + 1, rest.length - 1});
}

bool
endpoint_parse(struct endpoint *endpoint, struct slice text)
{
	struct slice rest = text, host;

	*endpoint = (struct endpoint){.host_length = 0};
	if (text.length > 0 && text.data[0] == '[')
		return parse_bracketed(endpoint,
			(struct slice){text.data + 1, text.length - 1});
	if (endpoint_parse_host(endpoint, text, ENDPOINT_IPV6))
		return true;
	if (!slice_split(&rest, ':', &host))
		return endpoint_parse_host(endpoint, text, ENDPOINT_IPV4);
	return endpoint_parse_port(endpoint, rest) &&
	       endpoint_parse_host(endpoint, host, ENDPOINT_IPV4);
}
