/* SPDX-License-Identifier: MIT */
#include "heads.h"
#include "protocol/handshake.h"
#include "randomness.h"
#include "room.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static bool
write_request(struct buffer *output, const void *offer)
{
	return handshake_write_request(output, offer);
}

static const struct slice subprotocols[] = {{"chat", 4}, {"superchat", 9}};

START_TEST(writes_the_request_of_section_4_1)
{
	struct handshake_offer offer = {.host = slice_of("server.example.com"),
		.target = slice_of("/chat"),
		.key = KEY};

	room_assert_filled(write_request, &offer, REQUEST "\r\n");
	offer.origin = slice_of("http://example.com");
	offer.extensions = slice_of("permessage-deflate");
	offer.subprotocols = subprotocols;
	offer.subprotocol_count = 2;
	offer.more_fields = slice_of("Cookie: a=b\r\nX: y\r\n");
	room_assert_filled(write_request, &offer,
		REQUEST "Origin: http://example.com\r\n"
			"Sec-WebSocket-Protocol: chat, superchat\r\n"
			"Sec-WebSocket-Extensions: permessage-deflate\r\n"
			"Cookie: a=b\r\nX: y\r\n\r\n");
}
END_TEST

START_TEST(each_key_is_fresh_and_16_bytes_long)
{
	struct handshake_offer one, other;
	char text[200];
	struct http_head request;

	ck_assert(handshake_generate_key(&one));
	ck_assert(handshake_generate_key(&other));
	ck_assert_str_ne(one.key, other.key);
	ck_assert_uint_eq(strlen(one.key), HANDSHAKE_KEY_LENGTH);
	snprintf(text, sizeof(text),
		LINE VERSION_13 "Sec-WebSocket-Key: %s\r\n", one.key);
	request = head_parse(text);
	assert_code(handshake_check_request(&request), 0);
	head_forget(&request);
}
END_TEST

START_TEST(no_key_comes_without_randomness)
{
	struct handshake_offer offer;

	randomness_end();
	ck_assert(!handshake_generate_key(&offer));
	randomness_return();
	ck_assert(handshake_generate_key(&offer));
}
END_TEST

#define CHAT "Sec-WebSocket-Protocol: chat\r\n"

/* Each requirement of section 4.1 on the response, met and broken. */
static const struct {
	const char *response, *why; /* a word of it, NULL when it is fine */
	unsigned code;
	bool offers; /* the two subprotocols */
} responses[] = {
	{RESPONSE, NULL, 0, false},
	{RESPONSE, NULL, 0, true},
	{RESPONSE CHAT, NULL, 0, true},
	{SWITCHING "upgrade: WebSocket\r\nconnection: x, UPGRADE\r\n"
		   "sec-websocket-accept:\t" ACCEPT " \r\n",
		NULL, 0, false},
	{"HTTP/1.1 200 OK\r\n" UPGRADE ACCEPT_FIELD, "refused", 200, false},
	{"HTTP/1.1 302 Found\r\nLocation: /\r\n", "refused", 302, false},
	{"HTTP/1.1 401 Unauthorized\r\n", "refused", 401, false},
	{SWITCHING "Connection: Upgrade\r\n" ACCEPT_FIELD, "Upgrade", 101,
		false},
	{SWITCHING "Upgrade: h2c\r\nConnection: Upgrade\r\n" ACCEPT_FIELD,
		"Upgrade", 101, false},
	{RESPONSE "Upgrade: websocket\r\n", "Upgrade", 101, false},
	{SWITCHING "Upgrade: websocket\r\n" ACCEPT_FIELD, "Connection", 101,
		false},
	{SWITCHING "Upgrade: websocket\r\nConnection: close\r\n" ACCEPT_FIELD,
		"Connection", 101, false},
	{SWITCHING UPGRADE, "Accept", 101, false},
	{RESPONSE ACCEPT_FIELD, "Accept", 101, false},
	{SWITCHING UPGRADE
		"Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
		"Accept", 101, false},
	{SWITCHING UPGRADE "Sec-WebSocket-Accept: " KEY "\r\n", "Accept", 101,
		false},
	{RESPONSE CHAT, "Protocol", 101, false},
	{RESPONSE "Sec-WebSocket-Protocol: soap\r\n", "Protocol", 101, true},
	{RESPONSE "Sec-WebSocket-Protocol: Chat\r\n", "Protocol", 101, true},
	{RESPONSE "Sec-WebSocket-Protocol: chat, superchat\r\n", "Protocol",
		101, true},
	{RESPONSE "Sec-WebSocket-Protocol:\r\n", "Protocol", 101, true},
	{RESPONSE CHAT CHAT, "Protocol", 101, true},
};

START_TEST(a_response_is_checked_as_section_4_1_says)
{
	struct http_head response = head_parse(responses[_i].response);
	struct handshake_offer offer = {.key = KEY};
	struct slice subprotocol = slice_of("left from before");
	struct verdict verdict;

	if (responses[_i].offers) {
		offer.subprotocols = subprotocols;
		offer.subprotocol_count = 2;
	}
	verdict = handshake_check_response(&response, &offer, &subprotocol);
	assert_code(verdict, responses[_i].code);
	if (responses[_i].why != NULL)
		ck_assert_ptr_nonnull(strstr(verdict.why, responses[_i].why));
	else if (strstr(responses[_i].response, CHAT) != NULL)
		ck_assert(slice_equals(subprotocol, slice_of("chat")));
	else
		ck_assert_uint_eq(subprotocol.length, 0);
	head_forget(&response);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("handshake_client");
	TCase *cases = tcase_create("handshake_client");

	tcase_add_test(cases, writes_the_request_of_section_4_1);
	tcase_add_test(cases, each_key_is_fresh_and_16_bytes_long);
	tcase_add_test(cases, no_key_comes_without_randomness);
	tcase_add_loop_test(cases, a_response_is_checked_as_section_4_1_says, 0,
		COUNT_OF(responses));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
