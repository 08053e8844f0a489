/* SPDX-License-Identifier: MIT */
#include "client/options.h"

#include "client/encoding.h"
#include "protocol/http.h"
#include "protocol/utf8.h"

#include <string.h>

#define DAY 86400000
#define DEFAULT_URL "ws://localhost:12345"
#define MESSAGE_MAX                                                            \
	((int64_t)(SIZE_MAX / 4 < INT64_C(64) << 30 ? SIZE_MAX / 4             \
						    : INT64_C(64) << 30))

#define FIELD(name) offsetof(struct client_options, name)

static bool
is_field_value(const char *text)
{
	for (; *text != '\0'; text++)
		if (((unsigned char)*text < ' ' && *text != '\t') ||
			*text == 0x7F)
			return false;
	return true;
}

static const char *
add_header(const struct option_row *row, const char *value, void *settings)
{
	if (*value != '@' &&
		(strchr(value, ':') == NULL || !is_field_value(value)))
		return "a header field 'Name: value', or @FILE";
	return option_add_string(row, value, settings);
}

static const char *
set_origin(const struct option_row *row, const char *value, void *settings)
{
	if (*value == '\0' || !is_field_value(value))
		return "an origin";
	return option_set_string(row, value, settings);
}

static const char *
add_subprotocol(const struct option_row *row, const char *value, void *settings)
{
	if (!http_is_token(slice_of(value)))
		return "a subprotocol's name";
	return option_add_string(row, value, settings);
}

static const char *
set_wait(const struct option_row *row, const char *value, void *settings)
{
	int64_t *wait = (int64_t *)((char *)settings + row->field);

	if (strcmp(value, "-1") != 0)
		return option_set_seconds(row, value, settings) == NULL
			       ? NULL
			       : "-1 or a number of seconds";
	*wait = CLIENT_WAIT_FOREVER;
	return NULL;
}

static const struct option_row rows[] = {
	{"connect", 'c', NULL, "connect, which is done without it too",
		option_set_flag, FIELD(connect), 0, 0},
	{"header", 'H', "FIELD|@FILE",
		"add 'Name: value' to the handshake; repeatable", add_header,
		FIELD(headers), 0, OPTION_MANY},
	{"origin", 'o', "ORIGIN", "say to come from this origin", set_origin,
		FIELD(origin), 0, 0},
	{"subprotocol", 's', "NAME", "offer a subprotocol; repeatable",
		add_subprotocol, FIELD(subprotocols), 0, OPTION_MANY},
	{"auth-file", 0, "FILE", "where user:password stands",
		option_set_string, FIELD(auth_file), 0, 0},
	{"insecure", 'k', NULL, "do not verify the server's certificate",
		option_set_flag, FIELD(insecure), 0, 0},
	{"ca", 0, "FILE", "verify it with these authorities", option_set_string,
		FIELD(ca), 0, 0},
	{"cert", 0, "FILE", "show the server this certificate",
		option_set_string, FIELD(cert), 0, 0},
	{"key", 0, "FILE", "its key, if it is not there too", option_set_string,
		FIELD(key), 0, 0},
	{"proxy", 0, "URL", "go through this HTTP proxy", option_set_string,
		FIELD(proxy), 0, 0},
	{"connect-timeout", 0, "SEC",
		"for name, TCP, TLS and handshake together (10)",
		option_set_seconds, FIELD(connect_timeout), 1, DAY},
	{"no-deflate", 0, NULL, "offer no compression", option_set_flag,
		FIELD(no_deflate), 0, 0},
	{"max-message", 0, "SIZE", "bytes of one message received (1G)",
		option_set_size, FIELD(max_message), 1, MESSAGE_MAX},
	{"execute", 'x', "MESSAGE", "send it, not the input; repeatable",
		option_add_string, FIELD(messages), 0, OPTION_MANY},
	{"wait", 'w', "SEC",
		"close after so long without a reply; -1: never (2)", set_wait,
		FIELD(wait), 0, DAY},
	{"null", '0', NULL, "NUL ends a message, not LF, in and out",
		option_set_flag, FIELD(null), 0, 0},
	{"binary", 'b', NULL, "the whole input is one binary message",
		option_set_flag, FIELD(binary), 0, 0},
	{"hex", 0, NULL, "lines are hexadecimal, messages binary",
		option_set_flag, FIELD(hex), 0, 0},
	{"base64", 0, NULL, "lines are base64, messages binary",
		option_set_flag, FIELD(base64), 0, 0},
	{"ping-interval", 0, "SEC",
		"ping so often and show how long the answer took",
		option_set_seconds, FIELD(ping_interval), 0, DAY},
	{"show-ping-pong", 'P', NULL, "show pings and pongs", option_set_flag,
		FIELD(show_ping_pong), 0, 0},
	{"slash", 0, NULL, "/ping, /pong and /close are commands",
		option_set_flag, FIELD(slash), 0, 0},
	{"timestamps", 0, NULL, "the time before each message received",
		option_set_flag, FIELD(timestamps), 0, 0},
	{"json", 0, NULL, "tell what happens as JSON, an object a line",
		option_set_flag, FIELD(json), 0, 0},
	{"color", 0, "auto|always|never", "colours (auto: on a terminal)",
		option_set_choice, FIELD(color), 0, 0},
	{"history", 0, "FILE", "keep what was typed there", option_set_string,
		FIELD(history), 0, 0},
	{"echo", 0, NULL, "send each message back as it came", option_set_flag,
		FIELD(echo), 0, 0},
	{"check", 0, NULL, "check how well the server obeys RFC 6455",
		option_set_flag, FIELD(check), 0, 0},
	{"verbose", 'v', NULL, "show the handshake", option_set_flag,
		FIELD(verbose), 0, 0},
	{"quiet", 'q', NULL, "no banner, short prompts", option_set_flag,
		FIELD(quiet), 0, 0},
	{"help", 'h', NULL, "show this and exit", NULL, 0, 0, 0},
	{"version", 'V', NULL, "show the version and exit", NULL, 0, 0, 0},
};

const struct option_program client_program = {
	.name = "wsclient",
	.usage = "[OPTION]... [URL]",
	.purpose = "Talk to a WebSocket server, at a terminal or in a pipe.",
	.more = "URL: ws://localhost:12345 if none is given; wss://, "
		"ws+unix:/socket:/path.\n"
		"SIZE may end in K, M or G. Exit status: 0 closed in order, "
		"1 closed with another\ncode, 2 usage, 3 no connection, 4 TLS, "
		"5 refused, 6 lost, 7 timeout,\n130 interrupted.\n"
		"See wsclient(1).\n",
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(rows[0]),
};

static bool
is_sent_as_text(const struct client_options *options)
{
	return !options->binary && !options->hex && !options->base64;
}

/* RFC 6455 section 4.1, item 10. */
static const char *
find_repetition(const struct option_list *names)
{
	for (size_t i = 0; i < names->count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(names->values[i], names->values[j]) == 0)
				return names->values[i];
	return NULL;
}

/* What --check would not heed, NULL for nothing. */
static const char *
find_useless_for_check(const struct client_options *options)
{
	const struct {
		const char *name;
		bool is_given;
	} flags[] = {
		{"--null", options->null},
		{"--binary", options->binary},
		{"--hex", options->hex},
		{"--base64", options->base64},
		{"--show-ping-pong", options->show_ping_pong},
		{"--slash", options->slash},
		{"--timestamps", options->timestamps},
		{"--json", options->json},
		{"--history", options->history != NULL},
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (options->check && flags[i].is_given)
			return flags[i].name;
	return NULL;
}

/* Why a message cannot be sent as the options want it, NULL: it can. */
static const char *
find_fault(const struct client_options *options, struct slice message)
{
	struct buffer decoded = {0};
	const char *why = NULL;

	if (options->hex && encoding_read_hex(&decoded, message) != NULL)
		why = "not hexadecimal, the message";
	else if (options->base64 &&
		 encoding_read_base64(&decoded, message) != NULL)
		why = "not base64, the message";
	else if (is_sent_as_text(options) && !utf8_is_valid(message))
		why = "not UTF-8, the message";
	buffer_release(&decoded);
	return why;
}

/* What is wrong with the options together, and which it is. */
static const char *
find_contradiction(const struct client_options *options, const char **which)
{
	*which = "--binary, --hex, --base64";
	if (options->binary + options->hex + options->base64 > 1)
		return "more than one of";
	*which = "--execute, --echo, --check";
	if ((options->messages.count > 0) + options->echo + options->check > 1)
		return "more than one of";
	*which = "--binary, --null";
	if (options->binary && options->null)
		return "more than one of";
	*which = find_useless_for_check(options);
	if (*which != NULL)
		return "of no use with --check:";
	*which = find_repetition(&options->subprotocols);
	if (*which != NULL)
		return "offered twice, the subprotocol";
	*which = "--key";
	if (options->key != NULL && options->cert == NULL)
		return "no --cert for";
	*which = "--proxy";
	if (options->proxy != NULL && *options->proxy != '\0' &&
		options->uri.unix_path.length > 0)
		return "a Unix socket is not reached through";
	for (size_t i = 0; i < options->messages.count; i++) {
		const char *why = find_fault(
			options, slice_of(options->messages.values[i]));

		*which = options->messages.values[i];
		if (why != NULL)
			return why;
	}
	return NULL;
}

static enum option_result
complain(const char *what, const char *which)
{
	option_complain(&client_program, what, which);
	return OPTION_WRONG;
}

static enum option_result
take_operands(struct client_options *options, char **operands)
{
	const char *url = operands[0] != NULL ? operands[0] : DEFAULT_URL;
	const char *which, *why = uri_parse(&options->uri, slice_of(url));

	if (why != NULL)
		return complain(why, url);
	if (operands[0] != NULL && operands[1] != NULL)
		return complain("unexpected argument", operands[1]);
	why = find_contradiction(options, &which);
	return why != NULL ? complain(why, which) : OPTION_RUN;
}

enum option_result
client_options_parse(struct client_options *options, int argc, char **argv)
{
	int operand = argc;
	enum option_result result;

	*options = (struct client_options){
		.connect_timeout = 10000,
		.max_message = 1 << 30,
		.wait = 2000,
	};
	result = option_parse(&client_program, argc, argv, options, &operand);
	if (result == OPTION_RUN)
		result = take_operands(options, argv + operand);
	return result;
}

void
client_options_release(struct client_options *options)
{
	option_list_release(&options->headers);
	option_list_release(&options->subprotocols);
	option_list_release(&options->messages);
}
