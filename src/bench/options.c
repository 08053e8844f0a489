/* SPDX-License-Identifier: MIT */
#include "bench/options.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_URL "ws://localhost:12345/raw"
#define DEFAULT_DURATION 10000
#define DEFAULT_CONNECTIONS 16
#define DEFAULT_IN_FLIGHT 1
#define DEFAULT_SIZE 20
#define NO_SIZE (-1)
#define DAY 86400000
#define CONNECTIONS_MAX 1000000
#define IN_FLIGHT_MAX 1000000
#define MESSAGES_MAX INT64_C(1000000000000000)
#define RATE_MAX 100000000
#define SIZE_MOST (1 << 30)

#define FIELD(name) offsetof(struct bench_options, name)

static const struct unit {
	const char *name;
	double milliseconds;
} units[] = {{"", 1000}, {"s", 1000}, {"ms", 1}, {"m", 60000}, {"h", 3600000}};

static const char *
set_duration(const struct option_row *row, const char *value, void *settings)
{
	int64_t *field = (int64_t *)((char *)settings + row->field);
	size_t length = strspn(value, "0123456789.");
	char *end;
	double number = strtod(value, &end);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		double time = number * units[i].milliseconds;

		if (length == 0 || end != value + length ||
			strcmp(end, units[i].name) != 0 ||
			!(time >= 1 && time <= DAY))
			continue;
		*field = (int64_t)time;
		return NULL;
	}
	return "a time of at most a day, as 10s, 500ms, 2m";
}

static const char *
set_file(const struct option_row *row, const char *value, void *settings)
{
	return *value != '\0' ? option_set_string(row, value, settings)
			      : "a file";
}

static const struct option_row rows[] = {
	{"connections", 'c', "N", "connections at the same time (16)",
		option_set_number, FIELD(connections), 1, CONNECTIONS_MAX},
	{"duration", 'd', "TIME", "how long, as 10s, 500ms, 2m (10s)",
		set_duration, FIELD(duration), 0, 0},
	{"messages", 'n', "N", "so many messages in all, then end",
		option_set_number, FIELD(messages), 1, MESSAGES_MAX},
	{"in-flight", 'm', "N", "messages under way on each connection (1)",
		option_set_number, FIELD(in_flight), 1, IN_FLIGHT_MAX},
	{"size", 's', "SIZE", "bytes of each message (20)", option_set_size,
		FIELD(size), 0, SIZE_MOST},
	{"rate", 'r', "N", "messages a second in all (as fast as it goes)",
		option_set_number, FIELD(rate), 1, RATE_MAX},
	{"type", 0, "ascii|utf8|binary", "what the messages hold (ascii)",
		option_set_choice, FIELD(type), 0, 0},
	{"handshakes", 0, NULL, "measure opening handshakes, not messages",
		option_set_flag, FIELD(handshakes), 0, 0},
	{"idle", 0, "N", "hold N connections, then each must echo",
		option_set_number, FIELD(idle), 1, CONNECTIONS_MAX},
	{"ramp", 0, "TIME", "open the connections over this time, not at once",
		set_duration, FIELD(ramp), 0, 0},
	{"deflate", 0, NULL, "compress (permessage-deflate)", option_set_flag,
		FIELD(deflate), 0, 0},
	{"insecure", 'k', NULL, "do not verify the server's certificate",
		option_set_flag, FIELD(insecure), 0, 0},
	{"ca", 0, "FILE", "verify it with these authorities", option_set_string,
		FIELD(ca), 0, 0},
	{"cert", 0, "FILE", "show the server this certificate",
		option_set_string, FIELD(cert), 0, 0},
	{"key", 0, "FILE", "its key", option_set_string, FIELD(key), 0, 0},
	{"pid", 0, "PID", "tell the processor time of this process too",
		option_set_number, FIELD(pid), 1, INT32_MAX},
	{"json", 0, NULL, "write the result as a JSON object", option_set_flag,
		FIELD(json), 0, 0},
	{"html", 0, "FILE", "write it as a page with plots too", set_file,
		FIELD(html), 0, 0},
	{"help", 'h', NULL, "show this and exit", NULL, 0, 0, 0},
	{"version", 'V', NULL, "show the version and exit", NULL, 0, 0, 0},
};

const struct option_program bench_program = {
	.name = "wsbench",
	.usage = "[OPTION]... [URL]",
	.purpose = "Load a WebSocket server that echoes, and check each reply.",
	.more = "URL: " DEFAULT_URL
		" if none is given; wss://,\nws+unix:/socket:/path. "
		"SIZE may end in K, M or G. Exit status: 0 every reply\n"
		"right, 1 any wrong or lost, 2 usage, 3 no connection, 4 TLS, "
		"5 refused,\n130 interrupted. See wsbench(1).\n",
	.rows = rows,
	.row_count = sizeof(rows) / sizeof(rows[0]),
	.hint = {'t', "did you mean -d? There is no option"},
};

/* What is wrong with the options together, and which it is. */
static const char *
find_contradiction(const struct bench_options *options, const char **which)
{
	bool handshakes = options->handshakes, idle = options->idle > 0;
	const struct {
		bool are_given;
		const char *names;
	} excluded[] = {
		{handshakes + idle + (options->rate > 0) > 1,
			"--handshakes, --idle, --rate"},
		{handshakes && options->in_flight > 0,
			"--handshakes, --in-flight"},
		{handshakes && options->size != NO_SIZE,
			"--handshakes, --size"},
		{handshakes && options->type != BENCH_NO_TYPE,
			"--handshakes, --type"},
		{handshakes && options->ramp > 0, "--handshakes, --ramp"},
		{idle && options->messages > 0, "--idle, --messages"},
		{idle && options->connections > 0, "--idle, --connections"},
		{idle && options->in_flight > 0, "--idle, --in-flight"},
	};

	for (size_t i = 0; i < sizeof(excluded) / sizeof(excluded[0]); i++) {
		*which = excluded[i].names;
		if (excluded[i].are_given)
			return "more than one of";
	}
	*which = "--key";
	if (options->key != NULL && options->cert == NULL)
		return "no --cert for";
	return NULL;
}

static enum option_result
complain(const char *what, const char *which)
{
	option_complain(&bench_program, what, which);
	return OPTION_WRONG;
}

static void
fill_in_defaults(struct bench_options *options)
{
	if (options->connections == 0)
		options->connections = DEFAULT_CONNECTIONS;
	if (options->in_flight == 0)
		options->in_flight = DEFAULT_IN_FLIGHT;
	if (options->size == NO_SIZE)
		options->size = DEFAULT_SIZE;
	if (options->type == BENCH_NO_TYPE)
		options->type = BENCH_ASCII;
	if (options->duration == 0 && options->messages == 0)
		options->duration = DEFAULT_DURATION;
}

static enum option_result
take_operands(struct bench_options *options, char **operands)
{
	const char *which, *why;

	options->url = operands[0] != NULL ? operands[0] : DEFAULT_URL;
	why = uri_parse(&options->uri, slice_of(options->url));
	if (why != NULL)
		return complain(why, options->url);
	if (operands[0] != NULL && operands[1] != NULL)
		return complain("unexpected argument", operands[1]);
	why = find_contradiction(options, &which);
	if (why != NULL)
		return complain(why, which);
	fill_in_defaults(options);
	return OPTION_RUN;
}

enum option_result
bench_options_parse(struct bench_options *options, int argc, char **argv)
{
	int operand = argc;
	enum option_result result;

	*options =
		(struct bench_options){.size = NO_SIZE, .type = BENCH_NO_TYPE};
	result = option_parse(&bench_program, argc, argv, options, &operand);
	if (result == OPTION_RUN)
		result = take_operands(options, argv + operand);
	return result;
}
