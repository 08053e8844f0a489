/* SPDX-License-Identifier: MIT */
#include "protocol/close_code.h"

#include "protocol/utf8.h"

#include <string.h>

bool
close_code_is_sendable(unsigned code)
{
	switch (code) {
	case 1004:
	case CLOSE_NO_STATUS:
	case CLOSE_ABNORMAL:
		return false;
	default:
		return (code >= 1000 && code <= 1014) ||
		       (code >= 3000 && code <= 4999);
	}
}

struct verdict
close_body_decode(struct slice payload, struct close_body *body)
{
	const unsigned char *bytes = (const unsigned char *)payload.data;

	if (payload.length == 0) {
		*body = (struct close_body){CLOSE_NO_STATUS, {NULL, 0}};
		return VERDICT_FINE;
	}
	if (payload.length == 1)
		return (struct verdict){
			CLOSE_PROTOCOL_ERROR, "Close body of one byte"};
	body->code = (unsigned)bytes[0] << 8 | bytes[1];
	body->reason = (struct slice){payload.data + 2, payload.length - 2};
	if (!close_code_is_sendable(body->code))
		return (struct verdict){
			CLOSE_PROTOCOL_ERROR, "close code not to be sent"};
	if (!utf8_is_valid(body->reason))
		return (struct verdict){
			CLOSE_INVALID_PAYLOAD, "close reason is not UTF-8"};
	return VERDICT_FINE;
}

static size_t
cut_between_characters(struct slice text, size_t most)
{
	size_t length = text.length;

	if (length <= most)
		return length;
	length = most;
	while (length > 0 && ((unsigned char)text.data[length] & 0xC0) == 0x80)
		length--;
	return length;
}

size_t
close_body_encode(const struct close_body *body, char payload[CLOSE_BODY_MAX])
{
	size_t length;

	if (body->code == CLOSE_NO_STATUS)
		return 0;
	payload[0] = (char)(body->code >> 8);
	payload[1] = (char)(body->code & 0xFF);
	length = cut_between_characters(body->reason, CLOSE_REASON_MAX);
	if (length > 0)
		memcpy(payload + 2, body->reason.data, length);
	return length + 2;
}
