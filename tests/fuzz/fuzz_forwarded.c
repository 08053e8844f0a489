/* SPDX-License-Identifier: MIT */
/* X-Forwarded-For: what is taken for an address is one, and hops end. */
#include "fuzz.h"
#include "protocol/forwarded.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Written down again and read once more, it is the same. */
static void
require_address(const struct endpoint *hop)
{
	bool is_ipv4 = hop->host_length == ENDPOINT_IPV4;
	char host[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 16];
	struct endpoint again;

	require(is_ipv4 || hop->host_length == ENDPOINT_IPV6);
	require(hop->port <= UINT16_MAX);
	require(inet_ntop(is_ipv4 ? AF_INET : AF_INET6, hop->host, host,
			sizeof(host)) != NULL);
	snprintf(text, sizeof(text), is_ipv4 ? "%s:%u" : "[%s]:%u", host,
		hop->port);
	require(endpoint_parse(&again, slice_of(text)));
	require(again.port == hop->port);
	require(memcmp(again.host, hop->host, hop->host_length) == 0);
}

/* The input are field lines; bytes that no head can have end them. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char start[] = "GET / HTTP/1.1\r\nX-Forwarded-For: ";
	size_t length = sizeof(start) - 1 + size + 4, hops = 0;
	char *text = malloc(length);
	struct http_scanner scanner = {0};
	struct http_head request;
	struct http_list list;
	struct endpoint hop;

	require(text != NULL);
	memcpy(text, start, sizeof(start) - 1);
	if (size > 0)
		memcpy(text + sizeof(start) - 1, data, size);
	memcpy(text + length - 4, "\r\n\r\n", 4);
	if (verdict_is_fine(http_scan(&scanner, text, length)) &&
		scanner.head_length > 0 &&
		verdict_is_fine(http_request_parse(
			(struct slice){text, scanner.head_length}, &request))) {
		list = forwarded_list(&request);
		while (forwarded_next(&list, &hop)) {
			require(++hops <= length);
			if (hop.host_length > 0)
				require_address(&hop);
		}
	}
	free(text);
	return 0;
}
