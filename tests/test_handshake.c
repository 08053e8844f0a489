/* SPDX-License-Identifier: MIT */
/* What a server does; a client's part is in test_handshake_client.c. */
#include "heads.h"
#include "protocol/handshake.h"
#include "room.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *fields;
	bool requested;
} upgrades[] = {
	{UPGRADE, true},
	{"Upgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n", true},
	{"Upgrade: h2c, websocket\r\nConnection: UPGRADE\r\n", true},
	{"Connection: close\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n",
		true},
	{"Connection: Upgrade\r\n", false},
	{"Upgrade: websocket\r\n", false},
	{"Upgrade: websockets\r\nConnection: Upgrade\r\n", false},
	{"Upgrade: websocket\r\nConnection: Upgraded\r\n", false},
	{"Upgrade: web socket\r\nConnection: Upgrade\r\n", false},
	{"Connection: keep-alive\r\nUpgrade: websocket\r\n", false},
	{"", false},
};

START_TEST(an_upgrade_needs_its_token_in_upgrade_and_connection)
{
	char text[200];
	struct http_head request;

	snprintf(text, sizeof(text), LINE HOST "%s", upgrades[_i].fields);
	request = head_parse(text);
	ck_assert(handshake_is_requested(&request) == upgrades[_i].requested);
	head_forget(&request);
}
END_TEST

static const struct {
	const char *request;
	unsigned code;
} http_requests[] = {
	{LINE HOST, 0},
	{LINE "hOST: a\r\n", 0},
	{"GET / HTTP/1.0\r\n", 0},
	{LINE, HTTP_BAD_REQUEST},
	{LINE HOST HOST, HTTP_BAD_REQUEST},
	{"GET / HTTP/1.0\r\n" HOST HOST, HTTP_BAD_REQUEST},
	{LINE HOST "Content-Length: 0\r\n", 0},
	{LINE HOST "Content-Length: 000\r\n", 0},
	{LINE HOST "Content-Length: 1\r\n", HTTP_BAD_REQUEST},
	{LINE HOST "Content-Length: 00010\r\n", HTTP_BAD_REQUEST},
	{LINE HOST "Content-Length: -0\r\n", HTTP_BAD_REQUEST},
	{LINE HOST "Content-Length:\r\n", HTTP_BAD_REQUEST},
	{LINE HOST "Content-Length: 0, 5\r\n", HTTP_BAD_REQUEST},
	{LINE HOST "Content-Length: 5\r\nContent-Length: 0\r\n",
		HTTP_BAD_REQUEST},
	{LINE HOST "Content-Length: 0\r\nContent-Length: 5\r\n",
		HTTP_BAD_REQUEST},
	{LINE HOST "Transfer-Encoding: chunked\r\n", HTTP_BAD_REQUEST},
	{"GET http://a/ HTTP/1.1\r\n" HOST, 0},
	{"GET http://[::1]:80?b HTTP/1.1\r\n" HOST, 0},
	{"GET http://a/ HTTP/1.1\r\n", HTTP_BAD_REQUEST},
	{"GET http://user@a/ HTTP/1.1\r\n" HOST, HTTP_BAD_REQUEST},
	{"GET http://user:80@a/ HTTP/1.1\r\n" HOST, HTTP_BAD_REQUEST},
	{"GET http://:80/ HTTP/1.1\r\n" HOST, HTTP_BAD_REQUEST},
	{"GET http://[::1/ HTTP/1.1\r\n" HOST, HTTP_BAD_REQUEST},
};

START_TEST(a_request_has_one_host_and_no_body)
{
	struct http_head request = head_parse(http_requests[_i].request);

	assert_code(handshake_check_http(&request), http_requests[_i].code);
	head_forget(&request);
}
END_TEST

static const struct {
	const char *host;
	unsigned code;
} hosts[] = {
	{"", 0},
	{"a.example-b_c~d:80", 0},
	{"192.0.2.1:12345", 0},
	{"[::1]", 0},
	{"[2001:DB8::192.0.2.1]:443", 0},
	{"a:", 0},
	{"a b", HTTP_BAD_REQUEST},
	{"a/b", HTTP_BAD_REQUEST},
	{"user@a", HTTP_BAD_REQUEST},
	{"a\xC3\xA4", HTTP_BAD_REQUEST},
	{"a:8o", HTTP_BAD_REQUEST},
	{"a:80:80", HTTP_BAD_REQUEST},
	{"::1", HTTP_BAD_REQUEST},
	{"[::1", HTTP_BAD_REQUEST},
	{"[::g]", HTTP_BAD_REQUEST},
	{"[::1]80", HTTP_BAD_REQUEST},
	{"[::1]a:80", HTTP_BAD_REQUEST},
	{"[::1]:-1", HTTP_BAD_REQUEST},
};

START_TEST(a_host_is_a_name_or_an_address_with_a_port)
{
	char text[200];
	struct http_head request;

	snprintf(text, sizeof(text), LINE "Host: %s\r\n", hosts[_i].host);
	request = head_parse(text);
	assert_code(handshake_check_http(&request), hosts[_i].code);
	head_forget(&request);
}
END_TEST

#define WITH_VERSION(version)                                                  \
	LINE HOST UPGRADE KEY_FIELD "Sec-WebSocket-Version:" version "\r\n"
#define WITH_KEY(key)                                                          \
	LINE HOST UPGRADE VERSION_13 "Sec-WebSocket-Key:" key "\r\n"

/* Each requirement of section 4.2.1, met and broken. */
static const struct {
	const char *request;
	unsigned code;
} requests[] = {
	{REQUEST, 0},
	{WITH_VERSION("\t13 "), 0},
	{WITH_KEY(KEY "  "), 0},
	{WITH_KEY("AQIDBAUGBwgJCgsMDQ4P+/=="), 0},
	{"POST / HTTP/1.1\r\n" HOST UPGRADE KEY_FIELD VERSION_13,
		HTTP_METHOD_NOT_ALLOWED},
	{"get / HTTP/1.1\r\n" HOST UPGRADE KEY_FIELD VERSION_13,
		HTTP_METHOD_NOT_ALLOWED},
	{"HEAD / HTTP/1.1\r\n" HOST UPGRADE KEY_FIELD VERSION_13,
		HTTP_METHOD_NOT_ALLOWED},
	{"GET / HTTP/1.0\r\n" HOST UPGRADE KEY_FIELD VERSION_13,
		HTTP_BAD_REQUEST},
	{LINE HOST UPGRADE KEY_FIELD, HTTP_UPGRADE_REQUIRED},
	{WITH_VERSION("8"), HTTP_UPGRADE_REQUIRED},
	{WITH_VERSION("14"), HTTP_UPGRADE_REQUIRED},
	{WITH_VERSION("013"), HTTP_UPGRADE_REQUIRED},
	{WITH_VERSION("13, 8"), HTTP_UPGRADE_REQUIRED},
	{WITH_VERSION(""), HTTP_UPGRADE_REQUIRED},
	{REQUEST VERSION_13, HTTP_BAD_REQUEST},
	{LINE HOST UPGRADE VERSION_13, HTTP_BAD_REQUEST},
	{REQUEST KEY_FIELD, HTTP_BAD_REQUEST},
};

START_TEST(an_upgrade_is_checked_as_section_4_2_1_says)
{
	struct http_head request = head_parse(requests[_i].request);

	assert_code(handshake_check_request(&request), requests[_i].code);
	head_forget(&request);
}
END_TEST

static const char *const bad_keys[] = {"", "AQIDBAUGBwgJCgsMDQ4P",
	"AQIDBAUGBwgJCgsMDQ4PEBE=", "AQIDBAUGBwgJCgsMDQ4PEBES",
	"dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===",
	"dGhlIHNhbXBsZSBub25jZ===", "dGhlIHNhbXBs SBub25jZQ==",
	"-_hlIHNhbXBsZSBub25jZQ=="};

START_TEST(a_key_is_16_bytes_in_base64)
{
	char text[300];
	struct http_head request;

	snprintf(text, sizeof(text), WITH_KEY("%s"), bad_keys[_i]);
	request = head_parse(text);
	assert_code(handshake_check_request(&request), HTTP_BAD_REQUEST);
	head_forget(&request);
}
END_TEST

#define ORIGIN(origin) LINE "Origin: " origin "\r\n"

static const struct {
	const char *request;
	size_t count;
	bool allowed;
} origins[] = {
	{LINE HOST, 2, true},
	{ORIGIN("http://evil.example"), 0, true},
	{ORIGIN("http://a.example"), 2, true},
	{ORIGIN("HTTPS://B.Example:8443"), 2, true},
	{ORIGIN("https://b.example:8443"), 1, false},
	{ORIGIN("http://evil.example"), 2, false},
	{ORIGIN("http://a.example.evil"), 2, false},
	{ORIGIN("null"), 2, false},
	{ORIGIN(""), 2, false},
	{ORIGIN("http://a.example") "Origin: http://evil.example\r\n", 2,
		false},
};

START_TEST(only_browsers_from_the_origins_are_welcome)
{
	const struct slice welcome[] = {slice_of("http://a.example"),
		slice_of("https://b.example:8443")};
	struct http_head request = head_parse(origins[_i].request);

	ck_assert(handshake_origin_is_allowed(&request, welcome,
			  origins[_i].count) == origins[_i].allowed);
	head_forget(&request);
}
END_TEST

#define OFFERED(list) LINE "Sec-WebSocket-Protocol: " list "\r\n"
#define TEN(letter)                                                            \
	letter "0," letter "1," letter "2," letter "3," letter "4," letter     \
	       "5," letter "6," letter "7," letter "8," letter "9,"

static const struct {
	const char *request, *selected;
	unsigned code;
} selections[] = {
	{LINE HOST, "", 0},
	{OFFERED("chat"), "chat", 0},
	{OFFERED("superchat, chat"), "superchat", 0},
	{OFFERED("chat,\tsuperchat"), "chat", 0},
	{OFFERED("soap, chat"), "chat", 0},
	{OFFERED("soap") "sec-websocket-protocol: chat\r\n", "chat", 0},
	{OFFERED("Chat, soap"), "", 0},
	{OFFERED(TEN("a") TEN("b") TEN("c") "d, chat"), "chat", 0},
	{OFFERED(TEN("a") TEN("b") TEN("c") "d, e, chat"), NULL,
		HTTP_BAD_REQUEST},
	{OFFERED("chat, chat"), NULL, HTTP_BAD_REQUEST},
	{OFFERED("chat, super chat"), NULL, HTTP_BAD_REQUEST},
	{OFFERED("ch@t"), NULL, HTTP_BAD_REQUEST},
};

START_TEST(the_first_offered_subprotocol_that_is_supported_is_selected)
{
	const struct slice supported[] = {
		slice_of("chat"), slice_of("superchat")};
	struct http_head request = head_parse(selections[_i].request);
	struct slice selected = slice_of("left from before");
	struct verdict verdict =
		handshake_select_subprotocol(&request, supported, 2, &selected);

	head_forget(&request);
	assert_code(verdict, selections[_i].code);
	if (selections[_i].code == 0)
		ck_assert(slice_equals(
			selected, slice_of(selections[_i].selected)));
}
END_TEST

START_TEST(ten_thousand_commas_are_no_offer)
{
	char text[10100] = "GET / HTTP/1.1\r\nSec-WebSocket-Protocol: ";
	struct http_head request;
	struct slice selected;

	memset(text + strlen(text), ',', 10000);
	strcat(text, "\r\n");
	request = head_parse(text);
	assert_code(handshake_select_subprotocol(&request, NULL, 0, &selected),
		HTTP_BAD_REQUEST);
	head_forget(&request);
}
END_TEST

START_TEST(answers_the_key_of_section_1_3)
{
	char accept[HANDSHAKE_ACCEPT_LENGTH + 1];

	ck_assert(handshake_accept(slice_of(KEY), accept));
	ck_assert_str_eq(accept, ACCEPT);
	ck_assert(handshake_accept(
		slice_of(KEY "what is too long is cut"), accept));
	ck_assert_str_eq(accept, ACCEPT);
}
END_TEST

static bool
write_plain_response(struct buffer *output, const void *request)
{
	return handshake_write_response(
		output, request, slice_of(""), slice_of(NULL));
}

static bool
write_full_response(struct buffer *output, const void *request)
{
	return handshake_write_response(output, request, slice_of("chat"),
		slice_of("permessage-deflate"));
}

START_TEST(writes_the_response_of_section_4_2_2)
{
	struct http_head request = head_parse(REQUEST);

	room_assert_filled(write_plain_response, &request, RESPONSE "\r\n");
	room_assert_filled(write_full_response, &request,
		RESPONSE
		"Sec-WebSocket-Protocol: chat\r\n"
		"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
	head_forget(&request);
}
END_TEST

START_TEST(libcrypto_sets_itself_up)
{
	ck_assert(handshake_prepare());
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("handshake");
	TCase *cases = tcase_create("handshake");

	tcase_add_loop_test(cases,
		an_upgrade_needs_its_token_in_upgrade_and_connection, 0,
		COUNT_OF(upgrades));
	tcase_add_loop_test(cases, a_request_has_one_host_and_no_body, 0,
		COUNT_OF(http_requests));
	tcase_add_loop_test(cases, a_host_is_a_name_or_an_address_with_a_port,
		0, COUNT_OF(hosts));
	tcase_add_loop_test(cases, an_upgrade_is_checked_as_section_4_2_1_says,
		0, COUNT_OF(requests));
	tcase_add_loop_test(
		cases, a_key_is_16_bytes_in_base64, 0, COUNT_OF(bad_keys));
	tcase_add_loop_test(cases, only_browsers_from_the_origins_are_welcome,
		0, COUNT_OF(origins));
	tcase_add_loop_test(cases,
		the_first_offered_subprotocol_that_is_supported_is_selected, 0,
		COUNT_OF(selections));
	tcase_add_test(cases, ten_thousand_commas_are_no_offer);
	tcase_add_test(cases, answers_the_key_of_section_1_3);
	tcase_add_test(cases, writes_the_response_of_section_4_2_2);
	tcase_add_test(cases, libcrypto_sets_itself_up);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
