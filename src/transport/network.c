/* SPDX-License-Identifier: MIT */
#include "transport/network.h"

#include <arpa/inet.h>
#include <string.h>

#define UNIX_SOCKETS "unix"

/* What IPv4-mapped addresses begin with. */
#define MAPPED_BITS 96

static bool
host_parse(struct network *network, const char *host)
{
	network->family = strchr(host, ':') != NULL ? AF_INET6 : AF_INET;
	return inet_pton(network->family, host, network->host) == 1;
}

static unsigned
prefix_max(const struct network *network)
{
	return network->family == AF_INET ? 32 : 128;
}

static bool
prefix_parse(struct network *network, const char *text)
{
	unsigned prefix = 0;

	if (*text == '\0' || strlen(text) > 3 ||
		(text[0] == '0' && text[1] != '\0'))
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return false;
		prefix = prefix * 10 + (unsigned)(*text - '0');
	}
	network->prefix = prefix;
	return prefix <= prefix_max(network);
}

/* The bits of a byte that are within the prefix. */
static unsigned char
mask_of(unsigned prefix, size_t byte)
{
	size_t before = byte * 8;

	if (prefix >= before + 8)
		return 0xFF;
	return prefix <= before
		       ? 0
		       : (unsigned char)(0xFF << (before + 8 - prefix));
}

static bool
is_network(const struct network *network)
{
	for (size_t i = 0; i < prefix_max(network) / 8; i++)
		if ((network->host[i] & ~mask_of(network->prefix, i)) != 0)
			return false;
	return true;
}

/* IPv4-mapped addresses (RFC 4291 section 2.5.5.2) are those of IPv4. */
static void
unmap(struct network *network)
{
	static const unsigned char mapped[MAPPED_BITS / 8] = {
		[10] = 0xFF, [11] = 0xFF};

	if (network->family != AF_INET6 || network->prefix < MAPPED_BITS ||
		memcmp(network->host, mapped, sizeof(mapped)) != 0)
		return;
	network->family = AF_INET;
	network->prefix -= MAPPED_BITS;
	memmove(network->host, network->host + sizeof(mapped),
		sizeof(struct in_addr));
}

static bool
parse_prefixed(struct network *network, const char *host, const char *prefix)
{
	if (!host_parse(network, host))
		return false;
	network->prefix = prefix_max(network);
	return prefix == NULL ||
	       (prefix_parse(network, prefix) && is_network(network));
}

bool
network_parse(struct network *network, const char *text)
{
	size_t length = strcspn(text, "/");
	char host[INET6_ADDRSTRLEN];

	*network = (struct network){.family = AF_UNIX};
	if (strcmp(text, UNIX_SOCKETS) == 0)
		return true;
	if (length >= sizeof(host))
		return false;
	memcpy(host, text, length);
	host[length] = '\0';
	if (!parse_prefixed(network, host,
		    text[length] != '\0' ? text + length + 1 : NULL))
		return false;
	unmap(network);
	return true;
}

bool
network_has(const struct network *network, const struct address *address)
{
	const unsigned char *host =
		(const unsigned char *)&address->socket.ipv6.sin6_addr;

	if (network->family != address->socket.any.sa_family)
		return false;
	if (network->family == AF_UNIX)
		return true;
	if (network->family == AF_INET)
		host = (const unsigned char *)&address->socket.ipv4.sin_addr;
	for (size_t i = 0; i < prefix_max(network) / 8; i++)
		if (((host[i] ^ network->host[i]) &
			    mask_of(network->prefix, i)) != 0)
			return false;
	return true;
}
