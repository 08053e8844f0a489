/* SPDX-License-Identifier: MIT */
#include "client/display.h"

#include "client/encoding.h"
#include "client/json.h"
#include "log/escape.h"
#include "protocol/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How much of a binary message is shown to people. */
#define DUMP_MAX 64
#define NUMBER_SIZE 64

#define RESET "\x1b[0m"
#define RED "\x1b[31m"
#define GREEN "\x1b[32m"
#define CYAN "\x1b[36m"

static bool
wants_colors(const struct client_options *options)
{
	const char *no_color = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (options->color != CLIENT_COLOR_AUTO)
		return options->color == CLIENT_COLOR_ALWAYS;
	if (no_color != NULL && *no_color != '\0')
		return false;
	return terminal != NULL && strcmp(terminal, "dumb") != 0 &&
	       isatty(STDOUT_FILENO);
}

void
display_init(struct display *display, const struct client_options *options,
	bool is_interactive)
{
	*display = (struct display){
		.options = options,
		.is_interactive = is_interactive,
		.escapes = isatty(STDOUT_FILENO) == 1,
		.has_colors = wants_colors(options),
	};
}

void
display_release(struct display *display)
{
	buffer_release(&display->output);
}

static void
add(struct display *display, struct slice bytes)
{
	if (display->has_failed || !buffer_append(&display->output, bytes))
		display->has_failed = true;
}

static void
add_string(struct display *display, const char *string)
{
	add(display, slice_of(string));
}

static void
add_colored(struct display *display, const char *color, const char *text)
{
	if (display->has_colors)
		add_string(display, color);
	add_string(display, text);
	if (display->has_colors)
		add_string(display, RESET);
}

static void
add_time(struct display *display)
{
	char text[JSON_TIME_SIZE];

	if (!display->options->timestamps)
		return;
	json_format_time(text);
	add_string(display, text);
	add_string(display, " ");
}

bool
display_write_escaped(struct buffer *output, struct slice text)
{
	while (text.length > 0) {
		char shown[ESCAPE_SHOWN_MAX + 1];
		size_t length = 0;
		size_t used = escape_character(
			text.data, text.length, "", shown, &length);

		if (!buffer_append(output, (struct slice){shown, length}))
			return false;
		text.data += used;
		text.length -= used;
	}
	return true;
}

void
display_say(struct slice text)
{
	struct buffer escaped = {0};

	if (isatty(STDERR_FILENO) && display_write_escaped(&escaped, text))
		text = buffer_bytes(&escaped);
	fwrite(text.data, 1, text.length, stderr);
	buffer_release(&escaped);
}

static void
add_shown(struct display *display, struct slice text)
{
	if (!display->escapes)
		add(display, text);
	else if (!display_write_escaped(&display->output, text))
		display->has_failed = true;
}

/* As --hex or --base64 have it, or as it is. */
static void
add_payload(struct display *display, struct slice payload)
{
	bool is_added = true;

	if (display->has_failed)
		return;
	if (display->options->hex)
		is_added = encoding_write_hex(&display->output, payload);
	else if (display->options->base64)
		is_added = encoding_write_base64(&display->output, payload);
	else
		add_shown(display, payload);
	if (!is_added)
		display->has_failed = true;
}

/* "Received", "Ping", "Pong": what it is, for people. */
static void
add_label(struct display *display, const char *what)
{
	char label[NUMBER_SIZE] = "< ";

	if (!display->options->quiet)
		snprintf(label, sizeof(label), "%s: ", what);
	add_colored(display, CYAN, label);
}

static void
add_dump(struct display *display, struct slice payload)
{
	char byte[4];

	for (size_t i = 0; i < payload.length && i < DUMP_MAX; i++) {
		snprintf(byte, sizeof(byte), i > 0 ? " %02x" : "%02x",
			(unsigned char)payload.data[i]);
		add_string(display, byte);
	}
	if (payload.length > DUMP_MAX)
		add_string(display, " \xE2\x80\xA6");
}

static bool
is_encoded(const struct display *display)
{
	return display->options->hex || display->options->base64;
}

static void
show_interactively(struct display *display, const struct message *message)
{
	char label[NUMBER_SIZE] = "Received";
	bool is_dumped =
		message->opcode == OPCODE_BINARY && !is_encoded(display);

	if (is_dumped)
		snprintf(label, sizeof(label), "Received (binary, %zu byte%s)",
			message->payload.length,
			message->payload.length == 1 ? "" : "s");
	add_time(display);
	add_label(display, label);
	if (is_dumped)
		add_dump(display, message->payload);
	else
		add_payload(display, message->payload);
	add_string(display, "\n");
}

static void
show_in_pipe(struct display *display, const struct message *message)
{
	add_time(display);
	add_payload(display, message->payload);
	if (display->options->binary)
		return;
	add(display, (struct slice){display->options->null ? "" : "\n", 1});
}

/* What is not data does not go where a pipe has data. */
static void
show_control(struct display *display, const char *what, struct slice payload)
{
	struct buffer text = {0};

	if (!display_write_escaped(&text, payload)) {
		display->has_failed = true;
	} else if (display->is_interactive) {
		add_time(display);
		add_label(display, what);
		add(display, buffer_bytes(&text));
		add_string(display, "\n");
	} else {
		fprintf(stderr, "wsclient: %s: %.*s\n", what,
			(int)buffer_length(&text), text.data);
	}
	buffer_release(&text);
}

static void
begin_event(struct display *display, struct json *json, const char *event)
{
	json_begin(json, &display->output, &display->has_failed, event);
}

static const char *
name_of(enum opcode opcode)
{
	switch (opcode) {
	case OPCODE_PING:
		return "ping";
	case OPCODE_PONG:
		return "pong";
	default:
		return "message";
	}
}

static void
tell_message(struct display *display, enum opcode opcode, struct slice payload,
	const char *direction)
{
	struct json json;

	begin_event(display, &json, name_of(opcode));
	json_add_string(&json, "direction", slice_of(direction));
	if (!opcode_is_control(opcode))
		json_add_string(&json, "type",
			slice_of(opcode == OPCODE_TEXT ? "text" : "binary"));
	json_add_data(&json, opcode == OPCODE_BINARY, payload);
	json_end(&json);
}

void
display_open(struct display *display)
{
	struct json json;

	if (display->options->json) {
		begin_event(display, &json, "open");
		json_end(&json);
	} else if (display->is_interactive && !display->options->quiet) {
		add_colored(display, GREEN, "Connected (press CTRL+C to quit)");
		add_string(display, "\n");
	}
}

void
display_received(struct display *display, const struct message *message)
{
	bool is_control = opcode_is_control(message->opcode);

	if (is_control && !display->options->show_ping_pong)
		return;
	if (display->options->json)
		tell_message(display, message->opcode, message->payload, "in");
	else if (is_control)
		show_control(display,
			message->opcode == OPCODE_PING ? "Received ping"
						       : "Received pong",
			message->payload);
	else if (display->is_interactive)
		show_interactively(display, message);
	else
		show_in_pipe(display, message);
}

void
display_sent(struct display *display, enum opcode opcode, struct slice payload)
{
	if (display->options->json && (!opcode_is_control(opcode) ||
					      display->options->show_ping_pong))
		tell_message(display, opcode, payload, "out");
}

void
display_round_trip(struct display *display, double milliseconds)
{
	char text[NUMBER_SIZE];
	struct json json;

	snprintf(text, sizeof(text), "%.3f", milliseconds);
	if (display->options->json) {
		begin_event(display, &json, "pong");
		json_add_string(&json, "direction", slice_of("in"));
		json_add_number(&json, "rtt_ms", text);
		json_end(&json);
		return;
	}
	snprintf(text, sizeof(text), "after %.3f ms", milliseconds);
	show_control(display, "Pong", slice_of(text));
}

bool
display_write_end(
	struct buffer *output, const struct connection_end *end, bool escapes)
{
	char text[NUMBER_SIZE];
	bool is_by_peer = end->by == CLOSED_BY_PEER;
	bool has_reason = end->reason.length > 0;

	if (is_by_peer)
		snprintf(text, sizeof(text),
			"Connection closed by server (%u%s", end->code,
			has_reason ? ", \"" : ")");
	else
		snprintf(text, sizeof(text), "%s%s",
			end->by == CLOSED_BY_US ? "Protocol error"
						: "Connection lost",
			has_reason ? " (" : "");
	if (!buffer_append_string(output, text))
		return false;
	if (!has_reason)
		return true;
	return (escapes ? display_write_escaped(output, end->reason)
			: buffer_append(output, end->reason)) &&
	       buffer_append_string(output, is_by_peer ? "\")" : ")");
}

static void
tell_end(struct display *display, const struct connection_end *end)
{
	char code[NUMBER_SIZE];
	struct json json;

	begin_event(display, &json, "close");
	if (end->by != CLOSED_BY_NOBODY)
		json_add_string(&json, "direction",
			slice_of(end->by == CLOSED_BY_PEER ? "in" : "out"));
	snprintf(code, sizeof(code), "%u", end->code);
	json_add_number(&json, "code", code);
	json_add_string(&json, "reason", end->reason);
	json_end(&json);
}

void
display_end(
	struct display *display, const struct connection_end *end, bool failed)
{
	struct buffer text = {0};

	if (display->options->json) {
		tell_end(display, end);
		return;
	}
	if (!display->is_interactive || (end->by == CLOSED_BY_US && !failed))
		return;
	if (!display_write_end(&text, end, true) ||
		!buffer_append(&text, (struct slice){"", 1}))
		display->has_failed = true;
	else
		add_colored(display, failed ? RED : CYAN, text.data);
	add_string(display, "\n");
	buffer_release(&text);
}

void
display_error(struct display *display, const char *why)
{
	struct json json;

	if (display->options->json) {
		begin_event(display, &json, "error");
		json_add_string(&json, "reason", slice_of(why));
		json_end(&json);
	} else if (display->is_interactive) {
		add_colored(display, RED, why);
		add_string(display, "\n");
	}
}
