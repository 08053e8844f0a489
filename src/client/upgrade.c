/* SPDX-License-Identifier: MIT */
#include "client/upgrade.h"

#include "client/display.h"
#include "client/failure.h"
#include "transport/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What is read of the body that a refusal has, and for how long. */
#define BODY_MAX (64 << 10)
#define BODY_PATIENCE 2000

static bool
is_secret(struct slice line)
{
	static const char *const names[] = {
		"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"};
	struct slice name;

	if (!slice_split(&line, ':', &name))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_equals_ignoring_case(name, slice_of(names[i])))
			return true;
	return false;
}

static void
show_head_line(const char *mark, struct slice line)
{
	if (line.length > 0 && line.data[line.length - 1] == '\r')
		line.length--;
	if (line.length == 0)
		return;
	fputs(mark, stderr);
	if (is_secret(line)) {
		line.length = (size_t)((const char *)memchr(
					       line.data, ':', line.length) -
				       line.data);
		display_say(line);
		fputs(": (hidden)\n", stderr);
		return;
	}
	display_say(line);
	fputs("\n", stderr);
}

static void
show_head(const char *mark, struct slice head)
{
	struct slice line;
	bool goes_on = true;

	while (goes_on) {
		goes_on = slice_split(&head, '\n', &line);
		show_head_line(mark, line);
	}
}

static void
show_request(const struct handshake_offer *offer)
{
	struct buffer request = {0};

	if (handshake_write_request(&request, offer))
		show_head("> ", buffer_bytes(&request));
	buffer_release(&request);
}

static void
show_body(struct slice body)
{
	struct slice line;
	bool goes_on = true;

	if (!isatty(STDERR_FILENO)) {
		fwrite(body.data, 1, body.length, stderr);
		if (body.length > 0 && body.data[body.length - 1] != '\n')
			fputs("\n", stderr);
		return;
	}
	while (goes_on && body.length > 0) {
		goes_on = slice_split(&body, '\n', &line);
		if (line.length > 0 && line.data[line.length - 1] == '\r')
			line.length--;
		display_say(line);
		fputs("\n", stderr);
	}
}

static void
show_refusal(const struct client_options *options,
	const struct http_head *response, struct verdict verdict)
{
	bool is_wrong = response->status == HTTP_SWITCHING_PROTOCOLS;
	struct slice location = {NULL, 0};

	failure_tell(options, "handshake refused: %u %.*s%s%s",
		response->status, (int)response->reason.length,
		response->reason.data, is_wrong ? ": " : "",
		is_wrong ? verdict.why : "");
	if (response->status / 100 == 3 &&
		http_field_find(response, "Location", &location) > 0) {
		fputs("Location: ", stderr);
		display_say(location);
		fputs("\n", stderr);
	}
}

static enum client_status
refuse(struct connection *connection, const struct client_options *options,
	const struct http_head *response, struct verdict verdict,
	int64_t deadline)
{
	int64_t until = clock_now() + BODY_PATIENCE;

	show_refusal(options, response, verdict);
	if (response->status != HTTP_SWITCHING_PROTOCOLS)
		show_body(connection_receive_body(connection, response,
			BODY_MAX, until < deadline ? until : deadline));
	return CLIENT_REFUSED;
}

/* There is no response, or what came is none. */
static enum client_status
fail(const struct connection *connection, const struct client_options *options,
	struct verdict verdict, int64_t deadline)
{
	const char *failure = connection_failure(connection);

	if (failure != NULL) {
		failure_tell(options, "%s", failure);
		return CLIENT_TLS;
	}
	if (deadline_left(deadline) == 0) {
		failure_tell(options, "the handshake timed out");
		return CLIENT_TIMEOUT;
	}
	if (verdict_is_fine(verdict)) {
		failure_tell(options, "connection lost in the handshake");
		return CLIENT_LOST;
	}
	failure_tell(options, "no WebSocket server: %s", verdict.why);
	return CLIENT_REFUSED;
}

enum client_status
client_upgrade(struct connection *connection,
	const struct client_options *options,
	const struct handshake_offer *offer, int64_t deadline)
{
	struct http_head response = {.status = 0};
	struct verdict verdict;
	bool is_open;

	if (options->verbose)
		show_request(offer);
	is_open = connection_request(
		connection, offer, deadline, &response, &verdict);
	if (options->verbose && response.status != 0)
		show_head("< ", response.bytes);
	if (is_open)
		return CLIENT_DONE;
	if (response.status == 0)
		return fail(connection, options, verdict, deadline);
	return refuse(connection, options, &response, verdict, deadline);
}
