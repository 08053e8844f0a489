/* SPDX-License-Identifier: MIT */
/*
 * A header of the PROXY protocol, in pieces: whether it is one does not depend
 * on them, and receiving what is missing never goes beyond it.
 */
#include "fuzz.h"
#include "protocol/proxy_header.h"

#include <string.h>

static void
require_same(const struct proxy_header *one, const struct proxy_header *other)
{
	require(one->length == other->length);
	require(one->client.host_length == other->client.host_length);
	require(one->client.port == other->client.port);
	require(memcmp(one->client.host, other->client.host,
			one->client.host_length) == 0);
}

static void
require_sound(const struct proxy_header *header)
{
	size_t length = header->client.host_length;

	require(length == 0 || length == ENDPOINT_IPV4 ||
		length == ENDPOINT_IPV6);
	require(header->client.port <= UINT16_MAX);
	require(header->length >= 15);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = input_of(data, size), received = {NULL, 0};
	struct splits splits = input_take_splits(&input);
	struct proxy_header whole, header = {.missing = 1};
	bool is_good = true, is_good_whole = proxy_header_parse(input, &whole);

	received.data = input.data;
	while (is_good && header.missing > 0 &&
		received.length < input.length) {
		size_t piece = splits_next(&splits);

		if (piece > header.missing)
			piece = header.missing;
		if (piece > input.length - received.length)
			piece = input.length - received.length;
		received.length += piece;
		is_good = proxy_header_parse(received, &header);
		require(received.length <= PROXY_HEADER_HEAD_MAX);
		require(header.missing <= PROXY_HEADER_HEAD_MAX);
	}
	require(is_good == is_good_whole);
	if (is_good && input.length > 0) {
		require((header.missing > 0) == (whole.missing > 0));
		require_same(&header, &whole);
	}
	if (is_good && header.missing == 0) {
		require_sound(&header);
		require(received.length <= header.length);
	}
	return 0;
}
