/* SPDX-License-Identifier: MIT */
/* A URL: the request that comes of one is one, and a server reads it so. */
#include "fuzz.h"
#include "heads.h"
#include "protocol/uri.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct splits none;
	struct slice text = input_of(data, size), bytes;
	struct buffer request = {0};
	struct uri uri = {0};

	if (size > 4096 || uri_parse(&uri, text) != NULL)
		return 0;
	require(uri.port <= UINT16_MAX);
	require((uri.port == 0) == (uri.unix_path.length > 0));
	require(buffer_append_string(&request, "GET ") &&
		uri_write_target(&request, &uri) &&
		buffer_append_string(&request, " HTTP/1.1\r\nHost: ") &&
		buffer_append(&request, uri.host_field) &&
		buffer_append_string(&request, "\r\n\r\n"));
	require(heads_find(buffer_bytes(&request), none, &bytes));
	require(bytes.length == buffer_length(&request));
	heads_require_sent(bytes, uri.path);
	buffer_release(&request);
	return 0;
}
