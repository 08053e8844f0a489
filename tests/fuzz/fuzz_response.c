/* SPDX-License-Identifier: MIT */
/* The head of a response, as a client checks it: splits, a stream. */
#include "fuzz.h"
#include "heads.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned malformed[] = {HTTP_BAD_REQUEST, 0};
	struct slice input = input_of(data, size), bytes;
	struct slice subprotocol = {NULL, 0};
	struct splits splits = input_take_splits(&input);
	struct http_head head;
	struct verdict verdict;

	if (!heads_find(input, splits, &bytes))
		return 0;
	verdict = http_response_parse(bytes, &head);
	require_code(verdict, malformed);
	if (!verdict_is_fine(verdict))
		return 0;
	heads_require_fields(&head);
	verdict = handshake_check_response(&head, &heads_offer, &subprotocol);
	require_code(verdict, (const unsigned[]){head.status, 0});
	if (verdict_is_fine(verdict))
		heads_require_upgrade(&head, subprotocol);
	return 0;
}
