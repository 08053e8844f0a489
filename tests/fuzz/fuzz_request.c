/* SPDX-License-Identifier: MIT */
/* The head of a request, as a server judges it: splits, a stream. */
#include "fuzz.h"
#include "heads.h"
#include "protocol/handshake.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned codes[] = {400, 405, 426, 505, 0};
	struct slice input = input_of(data, size), bytes;
	struct slice subprotocol = {NULL, 0};
	struct splits splits = input_take_splits(&input);
	struct http_head head;
	struct verdict verdict;

	if (!heads_find(input, splits, &bytes))
		return 0;
	verdict = http_request_parse(bytes, &head);
	if (verdict_is_fine(verdict)) {
		heads_require_request(&head);
		verdict = heads_judge(&head, &subprotocol);
	}
	require_code(verdict, codes);
	if (verdict_is_fine(verdict))
		heads_require_accepted(&head, subprotocol);
	return 0;
}
