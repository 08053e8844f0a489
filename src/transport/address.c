/* SPDX-License-Identifier: MIT */
#include "transport/address.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT_MAX 65535
#define UNIX_PREFIX "unix:"

static bool
port_parse(const char *text, unsigned *port)
{
	char *end;
	unsigned long value;

	if (*text < '0' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	if (*end != '\0' || value > PORT_MAX)
		return false;
	*port = (unsigned)value;
	return true;
}

static bool
unix_parse(struct address *address, const char *path)
{
	size_t length = strlen(path);

	if (length == 0 || length >= sizeof(address->socket.path.sun_path))
		return false;
	address->socket.path.sun_family = AF_UNIX;
	memcpy(address->socket.path.sun_path, path, length + 1);
	address->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				      length + 1);
	return true;
}

static bool
ip_parse(struct address *address, const char *host, unsigned port)
{
	if (inet_pton(AF_INET, host, &address->socket.ipv4.sin_addr) == 1) {
		address->socket.ipv4.sin_family = AF_INET;
		address->length = sizeof(address->socket.ipv4);
	} else if (inet_pton(AF_INET6, host, &address->socket.ipv6.sin6_addr) ==
		   1) {
		address->socket.ipv6.sin6_family = AF_INET6;
		address->length = sizeof(address->socket.ipv6);
	} else {
		return false;
	}
	address_set_port(address, port);
	return true;
}

bool
address_parse(struct address *address, const char *text, unsigned port)
{
	char host[INET6_ADDRSTRLEN];
	const char *start = text, *end, *rest;

	memset(address, 0, sizeof(*address));
	if (strncmp(text, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
		return unix_parse(address, text + strlen(UNIX_PREFIX));
	if (*text == '[') {
		start = text + 1;
		end = strchr(start, ']');
		if (end == NULL)
			return false;
		rest = end + 1;
	} else {
		end = strchr(text, ':');
		if (end == NULL || strchr(end + 1, ':') != NULL)
			end = text + strlen(text);
		rest = end;
	}
	if ((size_t)(end - start) >= sizeof(host))
		return false;
	memcpy(host, start, (size_t)(end - start));
	host[end - start] = '\0';
	if (*rest == ':' && !port_parse(rest + 1, &port))
		return false;
	if (*rest != '\0' && *rest != ':')
		return false;
	if (*text == '[' && strchr(host, ':') == NULL)
		return false;
	return ip_parse(address, host, port);
}

void
address_from_host(struct address *address, const unsigned char *host,
	size_t length, unsigned port)
{
	memset(address, 0, sizeof(*address));
	if (length == sizeof(struct in_addr)) {
		address->socket.ipv4.sin_family = AF_INET;
		memcpy(&address->socket.ipv4.sin_addr, host, length);
		address->length = sizeof(address->socket.ipv4);
	} else {
		address->socket.ipv6.sin6_family = AF_INET6;
		memcpy(&address->socket.ipv6.sin6_addr, host,
			sizeof(struct in6_addr));
		address->length = sizeof(address->socket.ipv6);
	}
	address_set_port(address, port);
}

static void
unix_format(const struct address *address, char *text)
{
	size_t length = address->length;
	size_t head = offsetof(struct sockaddr_un, sun_path);
	const char *path = address->socket.path.sun_path;

	if (length <= head || path[0] == '\0')
		snprintf(text, ADDRESS_TEXT_SIZE, "unix");
	else
		snprintf(text, ADDRESS_TEXT_SIZE, UNIX_PREFIX "%.*s",
			(int)(length - head), path);
}

void
address_format_host(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
	char host[INET6_ADDRSTRLEN] = "";

	switch (address->socket.any.sa_family) {
	case AF_INET:
		inet_ntop(AF_INET, &address->socket.ipv4.sin_addr, host,
			sizeof(host));
		snprintf(text, ADDRESS_TEXT_SIZE, "%s", host);
		break;
	case AF_INET6:
		inet_ntop(AF_INET6, &address->socket.ipv6.sin6_addr, host,
			sizeof(host));
		snprintf(text, ADDRESS_TEXT_SIZE, "[%s]", host);
		break;
	default:
		unix_format(address, text);
	}
}

void
address_format(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
	size_t length;

	address_format_host(address, text);
	if (address->socket.any.sa_family != AF_INET &&
		address->socket.any.sa_family != AF_INET6)
		return;
	length = strlen(text);
	snprintf(text + length, ADDRESS_TEXT_SIZE - length, ":%u",
		address_port(address));
}

unsigned
address_port(const struct address *address)
{
	switch (address->socket.any.sa_family) {
	case AF_INET:
		return ntohs(address->socket.ipv4.sin_port);
	case AF_INET6:
		return ntohs(address->socket.ipv6.sin6_port);
	default:
		return 0;
	}
}

void
address_set_port(struct address *address, unsigned port)
{
	if (address->socket.any.sa_family == AF_INET)
		address->socket.ipv4.sin_port = htons((in_port_t)port);
	else if (address->socket.any.sa_family == AF_INET6)
		address->socket.ipv6.sin6_port = htons((in_port_t)port);
}

bool
address_is_unix(const struct address *address)
{
	return address->socket.any.sa_family == AF_UNIX;
}

bool
address_is_loopback(const struct address *address)
{
	switch (address->socket.any.sa_family) {
	case AF_INET:
		return ntohl(address->socket.ipv4.sin_addr.s_addr) >> 24 ==
		       IN_LOOPBACKNET;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(&address->socket.ipv6.sin6_addr);
	default:
		return true;
	}
}

void
address_unmap(struct address *address)
{
	struct sockaddr_in ipv4 = {.sin_family = AF_INET};
	const struct sockaddr_in6 *ipv6 = &address->socket.ipv6;

	if (address->socket.any.sa_family != AF_INET6 ||
		!IN6_IS_ADDR_V4MAPPED(&ipv6->sin6_addr))
		return;
	ipv4.sin_port = ipv6->sin6_port;
	memcpy(&ipv4.sin_addr, ipv6->sin6_addr.s6_addr + 12,
		sizeof(ipv4.sin_addr));
	address->socket.ipv4 = ipv4;
	address->length = sizeof(ipv4);
}

size_t
address_host(
	const struct address *address, unsigned char host[ADDRESS_HOST_SIZE])
{
	switch (address->socket.any.sa_family) {
	case AF_INET:
		memcpy(host, &address->socket.ipv4.sin_addr, 4);
		return 4;
	case AF_INET6:
		memcpy(host, &address->socket.ipv6.sin6_addr, 8);
		return 8;
	default:
		return 0;
	}
}
