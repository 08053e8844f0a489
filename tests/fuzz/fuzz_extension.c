/* SPDX-License-Identifier: MIT */
/*
 * Sec-WebSocket-Extensions: a byte of choices (1 without takeover, the rest
 * the window), then a field each line, first as offers, then as an answer.
 */
#include "agreeing.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned codes[] = {HTTP_SWITCHING_PROTOCOLS, 0};
	struct slice input = input_of(data, size);
	unsigned choice = input_take(&input);
	struct deflate_settings settings = {
		true, choice & 1, 9 + (int)(choice >> 1) % 7, 1};
	struct deflate_agreement agreement;
	struct buffer answer = {0};
	struct http_head head = agreeing_head_of(input);

	require(deflate_accept(&head, &settings, &answer, &agreement));
	require(agreement.enabled == (buffer_length(&answer) > 0));
	agreeing_require_understood(buffer_bytes(&answer), &agreement);
	agreeing_require_windows(&agreement, settings.window);
	require_code(deflate_check(&head, &settings, &agreement), codes);
	agreeing_require_windows(&agreement, settings.window);
	agreeing_release(&head);
	buffer_release(&answer);
	return 0;
}
