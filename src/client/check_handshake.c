/* SPDX-License-Identifier: MIT */
/* The opening handshake: RFC 6455 section 4.2. */
#include "client/check_list.h"
#include "client/check_trial.h"

/* More than servers take; RFC 6585 section 5 has an answer to it. */
#define LONG_FIELD_SIZE 65536

/* A subprotocol, or an extension. */
#define UNKNOWN "x-unknown"

static void
answers_101(struct trial *trial)
{
	struct http_head response;

	if (trial_request(trial, &response) &&
		(response.status != HTTP_SWITCHING_PROTOCOLS ||
			response.minor_version == 0))
		trial_tell(trial, CHECK_FAIL, "status %u in HTTP/1.%u",
			response.status, response.minor_version);
}

static void
names_the_upgrade(struct trial *trial)
{
	struct slice upgrade = {NULL, 0};
	struct http_head response;

	if (!trial_request(trial, &response))
		return;
	if (http_field_find(&response, "Upgrade", &upgrade) != 1 ||
		!slice_equals_ignoring_case(upgrade, slice_of("websocket")))
		trial_tell(trial, CHECK_FAIL, "Upgrade is not websocket");
	if (!http_list_has(&response, "Connection", "Upgrade"))
		trial_tell(trial, CHECK_FAIL, "Connection is not Upgrade");
}

static void
proves_the_key(struct trial *trial)
{
	char accept[HANDSHAKE_ACCEPT_LENGTH + 1];
	struct slice value = {NULL, 0};
	struct http_head response;
	size_t count;

	if (!trial_request(trial, &response))
		return;
	if (!handshake_accept(slice_of(trial->offer.key), accept)) {
		trial_tell(trial, CHECK_FAIL, "out of memory");
		return;
	}
	count = http_field_find(&response, "Sec-WebSocket-Accept", &value);
	if (count != 1)
		trial_tell(trial, CHECK_FAIL, "%zu of them", count);
	else if (!slice_equals(value, slice_of(accept)))
		trial_tell(trial, CHECK_FAIL, "it is of another key");
}

static bool
is_client_error(unsigned status)
{
	return status >= 400 && status <= 499;
}

/* For what can be left aside: to refuse it all is allowed, but unkind. */
static void
expect_acceptance(struct trial *trial, const struct http_head *response)
{
	if (is_client_error(response->status))
		trial_tell(trial, CHECK_WARN, "status %u", response->status);
	else
		trial_is_accepted(trial, response);
}

static void
selects_nothing(struct trial *trial)
{
	struct http_head response;

	if (trial_request(trial, &response))
		expect_acceptance(trial, &response);
}

/* A server may be ready for any subprotocol, whatever that is good for. */
static void
selects_no_unknown_subprotocol(struct trial *trial)
{
	static const struct slice offer = {UNKNOWN, sizeof(UNKNOWN) - 1};
	struct slice selected = {NULL, 0};
	struct http_head response;

	trial->offer.subprotocols = &offer;
	trial->offer.subprotocol_count = 1;
	if (!trial_request(trial, &response))
		return;
	expect_acceptance(trial, &response);
	if (http_field_find(&response, "Sec-WebSocket-Protocol", &selected) > 0)
		trial_tell(trial, CHECK_WARN, "the server selects it");
}

/* Offers no extension that could be accepted. */
static void
accepts_no_extension(struct trial *trial)
{
	struct slice accepted = {NULL, 0};
	struct http_head response;

	trial->offer.extensions = slice_of(trial->check->request.more);
	if (!trial_request(trial, &response))
		return;
	expect_acceptance(trial, &response);
	if (http_field_find(&response, "Sec-WebSocket-Extensions", &accepted) >
		0)
		trial_tell(trial, CHECK_FAIL, "the server accepts it");
}

static void
accepts(struct trial *trial)
{
	trial_open(trial);
}

static void
accepts_single_bytes(struct trial *trial)
{
	struct buffer request = {0};
	struct http_head response;

	if (!trial_connect(trial))
		return;
	if (trial_write_request(trial, &request)) {
		check_peer_drip(&trial->peer, buffer_bytes(&request));
		if (trial_receive_head(trial, CHECK_FAIL, &response))
			trial_is_accepted(trial, &response);
	}
	buffer_release(&request);
}

static void
expect_late_pong(struct trial *trial)
{
	struct message message;
	enum check_event event;

	do
		event = trial_receive(trial, &message);
	while (event == CHECK_RECEIVED && message.opcode != OPCODE_PONG);
	if (event == CHECK_WRONG)
		trial_tell_event(trial, CHECK_FAIL, event);
	else if (event != CHECK_RECEIVED)
		trial_tell(trial, CHECK_WARN, "the ping among them was lost");
}

/* Section 4.1 forbids clients to do this, but to lose bytes is worse. */
static void
keeps_early_frames(struct trial *trial)
{
	struct buffer bytes = {0};
	struct http_head response;

	if (!trial_connect(trial))
		return;
	if (trial_write_request(trial, &bytes) &&
		check_frame_write(&bytes, FIN | OPCODE_PING, slice_of("hi"))) {
		check_peer_send(&trial->peer, buffer_bytes(&bytes));
		if (trial_receive_head(trial, CHECK_WARN, &response) &&
			trial_is_accepted(trial, &response))
			expect_late_pong(trial);
	}
	buffer_release(&bytes);
}

/* The code of the check is the status, 0: any that says who is wrong. */
static void
judge_refusal(struct trial *trial, unsigned status)
{
	unsigned demanded = trial->check->code;
	bool is_right =
		is_client_error(status) || status == HTTP_VERSION_NOT_SUPPORTED;

	if (demanded != 0)
		is_right = status == demanded;
	if (status == HTTP_SWITCHING_PROTOCOLS)
		trial_tell(trial, CHECK_FAIL, "status 101");
	else if (!is_right)
		trial_tell(trial, CHECK_WARN, "status %u", status);
}

static void
refuses(struct trial *trial)
{
	struct http_head response;

	if (trial_send_request(trial) &&
		trial_receive_head(trial, CHECK_WARN, &response))
		judge_refusal(trial, response.status);
}

/* What is allowed, and yet a server should have a limit. */
static void
refuses_too_much(struct trial *trial)
{
	struct http_head response;

	if (!trial_send_request(trial) ||
		!trial_receive_head(trial, CHECK_WARN, &response))
		return;
	if (response.status == HTTP_SWITCHING_PROTOCOLS)
		trial_tell(trial, CHECK_WARN, "status 101");
	else
		judge_refusal(trial, response.status);
}

static void
refuses_version(struct trial *trial)
{
	struct http_head response;

	if (!trial_send_request(trial) ||
		!trial_receive_head(trial, CHECK_WARN, &response))
		return;
	judge_refusal(trial, response.status);
	if (!http_list_has(
		    &response, "Sec-WebSocket-Version", HANDSHAKE_VERSION))
		trial_tell(trial, CHECK_FAIL,
			"status %u without Sec-WebSocket-Version: 13",
			response.status);
}

/* A page or a refusal: anything that is no upgrade and no failure. */
static void
answers_without_upgrade(struct trial *trial)
{
	struct http_head response;

	if (!trial_send_request(trial) ||
		!trial_receive_head(trial, CHECK_WARN, &response))
		return;
	if (response.status == HTTP_SWITCHING_PROTOCOLS)
		trial_tell(trial, CHECK_FAIL, "status 101");
	else if (response.status >= HTTP_INTERNAL_ERROR)
		trial_tell(trial, CHECK_WARN, "status %u", response.status);
}

/* Fields of the request that stand in more than one check. */
#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECTION "Connection: Upgrade\r\n"
#define SAMPLE_KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

#define RFC "RFC 6455 "
#define RFC_9112 "RFC 9112 "

static const struct check checks[] = {
	{RFC "4.2.2", "a right request is answered with 101 in HTTP/1.1",
		.run = answers_101},
	{RFC "4.2.2", "the answer has Upgrade: websocket and Connection",
		.run = names_the_upgrade},
	{RFC "4.2.2", "Sec-WebSocket-Accept is that of the key",
		.run = proves_the_key},
	{RFC "4.2.2", "nothing is selected that was not offered",
		.run = selects_nothing},
	{RFC "4.2.1", "websocket and Upgrade are compared without case",
		.run = accepts,
		.request.upgrade = "Upgrade: WebSocket\r\n"
				   "Connection: uPGRADE\r\n"},
	{RFC "4.2.1", "Connection may list more than Upgrade", .run = accepts,
		.request.upgrade =
			UPGRADE "Connection: keep-alive, Upgrade\r\n"},
	{RFC_9112 "5", "field names are compared without case", .run = accepts,
		.request.upgrade = "uPGRADE: websocket\r\n"
				   "connection: Upgrade\r\n",
		.request.websocket_version = "sec-websocket-VERSION: 13\r\n"},
	{RFC_9112 "2.2", "a request in single bytes is understood",
		.run = accepts_single_bytes},
	{RFC_9112 "3.2.2", "a target in absolute-form is accepted",
		.run = accepts, .request.is_absolute = true},
	{RFC "4.2.2", "an unknown subprotocol is not selected",
		.run = selects_no_unknown_subprotocol},
	{RFC "9.1", "an unknown extension is passed over",
		.run = accepts_no_extension,
		.request.more =
			"Sec-WebSocket-Extensions: " UNKNOWN "; a=1\r\n"},
	{"RFC 7692 7", "an offer with a wrong parameter is declined",
		.run = accepts_no_extension,
		.request.more = "Sec-WebSocket-Extensions: permessage-deflate; "
				"server_max_window_bits=7\r\n"},
	{RFC "4.1", "frames right behind the request are not lost",
		.run = keeps_early_frames},
	{RFC "4.2.1", "a request without a key is refused", .run = refuses,
		.request.key = ""},
	{RFC "4.2.1", "a key that is not 16 bytes is refused", .run = refuses,
		.request.key = "Sec-WebSocket-Key: dG9vIHNob3J0\r\n"},
	{RFC "11.3.1", "a request with two keys is refused", .run = refuses,
		.request.more = SAMPLE_KEY},
	{RFC "4.2.2", "version 12 is refused with 426 and those it speaks",
		.run = refuses_version, .code = HTTP_UPGRADE_REQUIRED,
		.request.websocket_version = "Sec-WebSocket-Version: 12\r\n"},
	{RFC "4.2.1", "a request without a version is refused", .run = refuses,
		.request.websocket_version = ""},
	{RFC "4.2.1", "a POST is refused", .run = refuses,
		.request.method = "POST",
		.request.more = "Content-Length: 0\r\n"},
	{RFC "4.2.1", "a request in HTTP/1.0 is refused", .run = refuses,
		.request.version = "HTTP/1.0"},
	{RFC_9112 "3.2", "a request without Host is refused with 400",
		.run = refuses, .code = HTTP_BAD_REQUEST, .request.host = ""},
	{RFC_9112 "3.2", "a request with two Hosts is refused with 400",
		.run = refuses, .code = HTTP_BAD_REQUEST,
		.request.more = "Host: x.invalid\r\n"},
	{RFC_9112 "5.1", "a space before a colon is refused with 400",
		.run = refuses, .code = HTTP_BAD_REQUEST,
		.request.more = "X-Space : 1\r\n"},
	{"RFC 6585 5", "a field of 64 KiB is refused", .run = refuses_too_much,
		.request.long_field = LONG_FIELD_SIZE},
	{RFC "4.2.1", "a plain GET is answered and nothing upgraded",
		.run = answers_without_upgrade, .request.upgrade = "",
		.request.key = "", .request.websocket_version = ""},
	{RFC "4.2.1", "no Connection: Upgrade, no upgrade",
		.run = answers_without_upgrade, .request.upgrade = UPGRADE},
	{RFC "4.2.1", "no Upgrade: websocket, no upgrade",
		.run = answers_without_upgrade,
		.request.upgrade = "Upgrade: h2c\r\n" CONNECTION},
};

const struct check_list check_handshakes = {
	checks, sizeof(checks) / sizeof(checks[0])};
