/* SPDX-License-Identifier: MIT */
#include "client/check_trial.h"

#include "client/check_list.h"
#include "transport/clock.h"

#include <string.h>

/* What is shown of a payload. */
#define EXCERPT_MAX 32

void
trial_begin(struct trial *trial, const struct check *check,
	const struct check_target *target, struct check_echo *echo,
	int64_t deadline)
{
	trial->check = check;
	trial->target = target;
	trial->echo = echo;
	trial->deadline = deadline;
	trial->is_connected = trial->is_open = false;
	trial->greetings_left = echo->greetings;
	trial->offer = *target->offer;
	trial->offer.extensions = (struct slice){NULL, 0};
	trial->grade = CHECK_OK;
	trial->seen.length = 0;
}

void
trial_tell(struct trial *trial, enum check_grade grade, const char *format, ...)
{
	va_list arguments;

	if (grade <= trial->grade)
		return;
	trial->grade = grade;
	trial->seen.length = 0;
	va_start(arguments, format);
	line_add_list(&trial->seen, format, arguments);
	va_end(arguments);
}

static void
tell_escaped(struct trial *trial, enum check_grade grade, const char *what,
	struct slice bytes)
{
	size_t length = bytes.length < EXCERPT_MAX ? bytes.length : EXCERPT_MAX;

	if (grade <= trial->grade)
		return;
	trial_tell(trial, grade, "%s", what);
	if (length == 0)
		return;
	line_add(&trial->seen, " \"");
	line_add_escaped(&trial->seen, bytes.data, length);
	line_add(&trial->seen, bytes.length > length ? "...\"" : "\"");
}

/* What a server can break when it sends frames, by how a verdict names it. */
static const struct {
	const char *why;
	const char *section;
} rules[] = {
	{"masked frame from a server", "5.1"},
	{"RSV1 is set without an extension", "5.2"},
	{"RSV2 or RSV3 is set", "5.2"},
	{"reserved opcode", "5.2"},
	{"payload length is not minimal", "5.2"},
	{"top bit of the length is set", "5.2"},
	{"continuation without a start", "5.4"},
	{"new message inside a message", "5.4"},
	{"fragmented control frame", "5.5"},
	{"control frame over 125 bytes", "5.5"},
	{"Close body of one byte", "5.5.1"},
	{"close reason is not UTF-8", "5.5.1"},
	{"close code not to be sent", "7.4"},
	{"text is not UTF-8", "8.1"},
};

static void
tell_rule(struct trial *trial, const char *why)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(why, rules[i].why) == 0) {
			trial_tell(trial, CHECK_FAIL,
				"the server broke RFC 6455 %s: %s",
				rules[i].section, why);
			return;
		}
	trial_tell(trial, CHECK_FAIL, "the server broke a rule: %s", why);
}

void
trial_tell_event(
	struct trial *trial, enum check_grade grade, enum check_event event)
{
	switch (event) {
	case CHECK_RECEIVED:
	case CHECK_SILENCE:
		trial_tell(trial, CHECK_FAIL, "no answer in time");
		break;
	case CHECK_END:
		trial_tell(trial, grade, "the server ended the connection");
		break;
	case CHECK_LOST:
		trial_tell(trial, grade, "%s", check_peer_error(&trial->peer));
		break;
	case CHECK_WRONG:
		tell_rule(trial, trial->peer.verdict.why);
	}
}

static void
tell_close(struct trial *trial, enum check_grade grade, struct slice payload)
{
	struct close_body body;
	struct verdict verdict = close_body_decode(payload, &body);
	char text[32];

	if (!verdict_is_fine(verdict)) {
		tell_rule(trial, verdict.why);
		return;
	}
	if (body.code == CLOSE_NO_STATUS)
		snprintf(text, sizeof(text), "Close without a code");
	else
		snprintf(text, sizeof(text), "Close %u", body.code);
	tell_escaped(trial, grade, text, body.reason);
}

void
trial_tell_message(struct trial *trial, enum check_grade grade,
	const struct message *message)
{
	char text[64];
	const char *kind = "binary";

	if (message->opcode == OPCODE_CLOSE) {
		tell_close(trial, grade, message->payload);
		return;
	}
	if (message->opcode == OPCODE_TEXT)
		kind = "text";
	if (message->opcode == OPCODE_PONG)
		kind = "a pong";
	snprintf(text, sizeof(text), "%s of %zu bytes", kind,
		message->payload.length);
	tell_escaped(trial, grade, text, message->payload);
}

bool
trial_connect(struct trial *trial)
{
	const struct check_target *target = trial->target;
	int64_t deadline = deadline_after(target->opening_limit);
	struct transport *transport;
	enum check_event event;

	if (!handshake_generate_key(&trial->offer)) {
		trial_tell(trial, CHECK_FAIL, "no random numbers for a key");
		return false;
	}
	if (trial->deadline < deadline)
		deadline = trial->deadline;
	transport = target->connect(target->state, deadline);
	if (transport == NULL) {
		trial_tell(trial, CHECK_FAIL, "no connection");
		return false;
	}
	check_peer_init(&trial->peer, transport, deadline);
	trial->is_connected = true;
	event = check_peer_open(&trial->peer);
	if (event != CHECK_RECEIVED)
		trial_tell_event(trial, CHECK_FAIL, event);
	return event == CHECK_RECEIVED;
}

static const char *
text_or(const char *text, const char *usual)
{
	return text != NULL ? text : usual;
}

/* "GET /path HTTP/1.1", or with the absolute form of RFC 9112 section 3.2.2. */
static bool
write_request_line(struct trial *trial, struct buffer *output)
{
	const struct check_request *request = &trial->check->request;
	const struct check_target *target = trial->target;

	if (!buffer_append_string(output, text_or(request->method, "GET")) ||
		!buffer_append_string(output, " "))
		return false;
	if (request->is_absolute &&
		(!buffer_append_string(
			 output, target->is_secure ? "https://" : "http://") ||
			!buffer_append(output, trial->offer.host)))
		return false;
	return buffer_append(output, trial->offer.target) &&
	       buffer_append_string(output, " ") &&
	       buffer_append_string(
		       output, text_or(request->version, "HTTP/1.1")) &&
	       buffer_append_string(output, "\r\n");
}

static bool
write_host(struct trial *trial, struct buffer *output)
{
	if (trial->check->request.host != NULL)
		return buffer_append_string(output, trial->check->request.host);
	return buffer_append_string(output, "Host: ") &&
	       buffer_append(output, trial->offer.host) &&
	       buffer_append_string(output, "\r\n");
}

static bool
write_key(struct trial *trial, struct buffer *output)
{
	if (trial->check->request.key != NULL)
		return buffer_append_string(output, trial->check->request.key);
	return buffer_append_string(output, "Sec-WebSocket-Key: ") &&
	       buffer_append_string(output, trial->offer.key) &&
	       buffer_append_string(output, "\r\n");
}

static bool
write_long_field(struct buffer *output, size_t size)
{
	if (size == 0)
		return true;
	if (!buffer_append_string(output, "X-Long: ") ||
		!buffer_reserve(output, size))
		return false;
	memset(buffer_room(output), 'x', size);
	buffer_add(output, size);
	return buffer_append_string(output, "\r\n");
}

static bool
write_origin(struct trial *trial, struct buffer *output)
{
	struct slice origin = trial->offer.origin;

	if (origin.length == 0)
		return true;
	return buffer_append_string(output, "Origin: ") &&
	       buffer_append(output, origin) &&
	       buffer_append_string(output, "\r\n");
}

static bool
write_subprotocols(struct trial *trial, struct buffer *output)
{
	const struct handshake_offer *offer = &trial->offer;

	for (size_t i = 0; i < offer->subprotocol_count; i++)
		if (!buffer_append_string(output, "Sec-WebSocket-Protocol: ") ||
			!buffer_append(output, offer->subprotocols[i]) ||
			!buffer_append_string(output, "\r\n"))
			return false;
	return true;
}

bool
trial_write_request(struct trial *trial, struct buffer *output)
{
	const struct check_request *request = &trial->check->request;

	if (write_request_line(trial, output) && write_host(trial, output) &&
		buffer_append_string(output,
			text_or(request->upgrade, "Upgrade: websocket\r\n"
						  "Connection: Upgrade\r\n")) &&
		write_key(trial, output) &&
		buffer_append_string(
			output, text_or(request->websocket_version,
					"Sec-WebSocket-Version: 13\r\n")) &&
		buffer_append_string(output, text_or(request->more, "")) &&
		write_long_field(output, request->long_field) &&
		write_origin(trial, output) &&
		write_subprotocols(trial, output) &&
		buffer_append(output, trial->offer.more_fields) &&
		buffer_append_string(output, "\r\n"))
		return true;
	trial_tell(trial, CHECK_FAIL, "out of memory");
	return false;
}

bool
trial_send_request(struct trial *trial)
{
	struct buffer request = {0};
	bool is_written;

	if (!trial_connect(trial))
		return false;
	is_written = trial_write_request(trial, &request);
	if (is_written)
		check_peer_send(&trial->peer, buffer_bytes(&request));
	buffer_release(&request);
	return is_written;
}

bool
trial_receive_head(
	struct trial *trial, enum check_grade grade, struct http_head *response)
{
	enum check_event event =
		check_peer_receive_head(&trial->peer, response);

	trial->peer.deadline = trial->deadline;
	if (event == CHECK_RECEIVED)
		return true;
	trial_tell_event(trial, grade, event);
	return false;
}

bool
trial_request(struct trial *trial, struct http_head *response)
{
	return trial_send_request(trial) &&
	       trial_receive_head(trial, CHECK_FAIL, response);
}

/* NULL when the answer to the offer is right. */
static const char *
find_fault(struct trial *trial, const struct http_head *response)
{
	struct slice value;
	struct verdict verdict =
		handshake_check_response(response, &trial->offer, &value);

	if (verdict_is_fine(verdict) && trial->offer.extensions.length == 0 &&
		http_field_find(response, "Sec-WebSocket-Extensions", &value) >
			0)
		return "Sec-WebSocket-Extensions was not offered";
	return verdict.why;
}

bool
trial_is_accepted(struct trial *trial, const struct http_head *response)
{
	const char *why = find_fault(trial, response);

	trial->is_open = why == NULL;
	if (!trial->is_open)
		trial_tell(trial, CHECK_FAIL, "status %u: %s", response->status,
			why);
	return trial->is_open;
}

bool
trial_open(struct trial *trial)
{
	struct http_head response;

	return trial_request(trial, &response) &&
	       trial_is_accepted(trial, &response);
}

void
trial_end(struct trial *trial)
{
	if (trial->is_open)
		trial_send(trial, FIN | OPCODE_CLOSE,
			(struct slice){BYTES("\x03\xE8")});
	if (trial->is_connected)
		check_peer_release(&trial->peer);
}
