/* SPDX-License-Identifier: MIT */
#include "client/pump.h"

#include "client/encoding.h"
#include "client/interrupts.h"
#include "protocol/utf8.h"
#include "transport/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* So much waits to be sent before more input is taken. */
#define UNSENT_MAX (64 << 10)

/* What answers, to pings or with --echo, may add to that. */
#define ANSWERS_MAX (64 << 20)

/* So much waits to be shown before more is received. */
#define UNSHOWN_MAX (1 << 20)

/* So many messages are taken before clock and signals are looked at again. */
#define TURN_MAX 1000

/* How long the server may take nothing, or not answer our Close. */
#define SEND_PATIENCE 30000
#define CLOSE_PATIENCE 5000

bool
pump_is_closing(const struct pump *pump)
{
	return pump->close_code != 0;
}

void
pump_close(struct pump *pump, unsigned code, const char *reason)
{
	int64_t patience = CLOSE_PATIENCE;

	if (pump_is_closing(pump))
		return;
	if (pump->options->wait > patience)
		patience = pump->options->wait;
	connection_close(pump->connection, code, reason);
	pump->close_code = code;
	pump->close_until = deadline_after(patience);
	interrupts_hurry();
}

static void
give_up(struct pump *pump, const char *why, bool has_timed_out)
{
	pump->gave_up = why;
	pump->has_timed_out = has_timed_out;
	pump->has_ended = true;
}

static enum opcode
opcode_of_input(const struct client_options *options)
{
	return options->binary || options->hex || options->base64
		       ? OPCODE_BINARY
		       : OPCODE_TEXT;
}

/* Turns a line into a payload; else returns what is wrong with it. */
static const char *
decode(struct pump *pump, struct slice line, struct slice *payload)
{
	const struct client_options *options = pump->options;
	const char *why;

	*payload = line;
	if (!options->hex && !options->base64)
		return opcode_of_input(options) == OPCODE_BINARY ||
				       utf8_is_valid(line)
			       ? NULL
			       : "not UTF-8";
	buffer_consume(&pump->decoded, buffer_length(&pump->decoded));
	why = options->hex ? encoding_read_hex(&pump->decoded, line)
			   : encoding_read_base64(&pump->decoded, line);
	*payload = buffer_bytes(&pump->decoded);
	return why;
}

const char *
pump_send_line(struct pump *pump, struct slice line)
{
	enum opcode opcode = opcode_of_input(pump->options);
	struct slice payload;
	const char *why = decode(pump, line, &payload);

	if (why != NULL)
		return why;
	if (!connection_send(pump->connection, opcode, &payload, 1))
		return NULL;
	display_sent(&pump->display, opcode, payload);
	pump->sent++;
	return NULL;
}

static bool
has_messages_given(const struct pump *pump)
{
	return pump->options->messages.count > 0;
}

/* Takes what is to be sent next; false if there is nothing now. */
static bool
take_line(struct pump *pump, struct slice *line)
{
	const struct option_list *messages = &pump->options->messages;

	if (!has_messages_given(pump)) {
		if (input_next(&pump->input, line))
			return true;
		pump->input_is_done = pump->input.has_ended;
		return false;
	}
	pump->input_is_done = pump->executed == messages->count;
	if (pump->input_is_done)
		return false;
	*line = slice_of(messages->values[pump->executed++]);
	return true;
}

static void
refuse_line(struct pump *pump, const char *why)
{
	char text[80];

	snprintf(text, sizeof(text), "%s %" PRIu64 " is %s",
		has_messages_given(pump)	  ? "message"
		: pump->input.form == INPUT_LINES ? "line"
						  : "record",
		has_messages_given(pump) ? pump->executed
					 : pump->input.messages,
		why);
	fprintf(stderr, "wsclient: %s\n", text);
	display_error(&pump->display, text);
	pump->input_has_failed = true;
	pump_close(pump, CLOSE_NORMAL, NULL);
}

static bool
takes_input(const struct pump *pump)
{
	return pump->terminal == NULL && !pump->options->echo &&
	       !pump->input_is_done && !pump_is_closing(pump) &&
	       connection_unsent(pump->connection) < UNSENT_MAX;
}

static void
feed(struct pump *pump)
{
	struct slice line;

	while (takes_input(pump) && take_line(pump, &line)) {
		const char *why = pump_send_line(pump, line);

		if (why != NULL)
			refuse_line(pump, why);
		pump->last_event = clock_now();
	}
	pump->unsent_max = connection_unsent(pump->connection) + ANSWERS_MAX;
}

/* When to begin the closing handshake: input has ended, or output fails. */
static int64_t
close_due(const struct pump *pump)
{
	if (pump_is_closing(pump))
		return DEADLINE_NEVER;
	if (pump->outlet.failure != 0 || pump->display.has_failed)
		return 0;
	if (!pump->input_is_done || pump->options->wait == CLIENT_WAIT_FOREVER)
		return DEADLINE_NEVER;
	if (pump->options->wait == 0 || pump->received >= pump->sent)
		return 0;
	if (pump->unsent > 0)
		return DEADLINE_NEVER;
	return pump->last_event + pump->options->wait;
}

static int64_t
send_due(const struct pump *pump)
{
	return pump->unsent > 0 ? pump->unsent_since + SEND_PATIENCE
				: DEADLINE_NEVER;
}

static int64_t
end_due(const struct pump *pump)
{
	return pump_is_closing(pump) ? pump->close_until : DEADLINE_NEVER;
}

static int64_t
ping_due(const struct pump *pump)
{
	return pump_is_closing(pump) ? DEADLINE_NEVER
				     : pinger_due(&pump->pinger);
}

/*
 * The system takes bytes again when much of its buffer is free, which can take
 * a server that reads slowly longer than we are patient.
 */
static void
watch_sending(struct pump *pump)
{
	size_t unsent = connection_unsent(pump->connection);

	if (unsent > 0 && !connection_advances(pump->connection) &&
		unsent == pump->unsent)
		return;
	pump->unsent_since = clock_now();
	if (unsent < pump->unsent)
		pump->last_event = pump->unsent_since;
	pump->unsent = unsent;
}

/* Does what it is time for. */
static void
tend(struct pump *pump)
{
	watch_sending(pump);
	if (deadline_left(close_due(pump)) == 0 || interrupts_have_come())
		pump_close(pump, CLOSE_NORMAL, NULL);
	if (deadline_left(send_due(pump)) == 0)
		give_up(pump, "the server takes nothing", true);
	else if (deadline_left(end_due(pump)) == 0)
		give_up(pump, "the server did not answer the Close", false);
	else if (deadline_left(ping_due(pump)) == 0 &&
		 !pinger_tend(
			 &pump->pinger, pump->connection, pump->last_heard))
		give_up(pump, "the server does not answer pings", true);
}

static void
take_message(struct pump *pump, const struct message *message)
{
	double milliseconds;

	if (pinger_take(&pump->pinger, message, &milliseconds))
		display_round_trip(&pump->display, milliseconds);
	else if (!pump->options->echo)
		display_received(&pump->display, message);
	if (opcode_is_control(message->opcode))
		return;
	pump->received++;
	pump->last_event = clock_now();
	if (pump->options->echo)
		connection_send(pump->connection, message->opcode,
			&message->payload, 1);
}

static bool
has_room(const struct pump *pump)
{
	return buffer_length(&pump->display.output) < UNSHOWN_MAX &&
	       connection_unsent(pump->connection) < pump->unsent_max;
}

/* Returns false when there may be more, for which there was no room or turn. */
static bool
receive(struct pump *pump)
{
	struct message message;

	for (int i = 0; i < TURN_MAX && !pump->has_ended && has_room(pump);
		i++) {
		switch (connection_step(pump->connection, &message)) {
		case CONNECTION_MESSAGE:
			take_message(pump, &message);
			break;
		case CONNECTION_IDLE:
			return true;
		case CONNECTION_ENDED:
			pump->has_ended = true;
		}
	}
	connection_flush(pump->connection);
	return false;
}

void
pump_show(struct pump *pump)
{
	struct buffer *output = &pump->display.output;

	if (pump->terminal == NULL) {
		outlet_write(&pump->outlet, output);
	} else if (buffer_length(output) > 0) {
		terminal_print(pump->terminal, buffer_bytes(output));
		buffer_consume(output, buffer_length(output));
	}
}

static int64_t
next_due(const struct pump *pump)
{
	const int64_t dues[] = {
		close_due(pump), send_due(pump), end_due(pump), ping_due(pump)};
	int64_t due = DEADLINE_NEVER;

	for (size_t i = 0; i < sizeof(dues) / sizeof(dues[0]); i++)
		if (dues[i] < due)
			due = dues[i];
	return due;
}

static void
set_poll(struct pump *pump, int which, int descriptor, short events)
{
	pump->polled[which] = (struct pollfd){descriptor, events, 0};
}

static bool
reads_input(const struct pump *pump)
{
	return pump->terminal != NULL
		       ? !pump_is_closing(pump)
		       : takes_input(pump) && !has_messages_given(pump);
}

static void
wait_for_something(struct pump *pump, int64_t limit)
{
	bool is_sending = connection_unsent(pump->connection) > 0;
	short events = (short)((has_room(pump) ? POLLIN : 0) |
			       (is_sending ? POLLOUT : 0));
	bool is_showing = buffer_length(&pump->display.output) > 0;

	set_poll(pump, POLL_CONNECTION, events != 0 ? pump->descriptor : -1,
		events);
	set_poll(pump, POLL_INPUT, reads_input(pump) ? STDIN_FILENO : -1,
		POLLIN);
	set_poll(pump, POLL_OUTPUT,
		pump->terminal != NULL || pump->outlet.failure != 0
			? -1
			: STDOUT_FILENO,
		is_showing ? POLLOUT : 0);
	interrupts_poll(pump->polled, POLL_COUNT, limit);
}

static void
read_input(struct pump *pump)
{
	if (input_read(&pump->input, STDIN_FILENO))
		return;
	fprintf(stderr, "wsclient: cannot read the input: %s\n",
		strerror(errno));
	display_error(&pump->display, "cannot read the input");
	pump->input_has_failed = true;
	pump_close(pump, CLOSE_NORMAL, NULL);
}

void
pump_turn(struct pump *pump)
{
	bool is_idle;

	feed(pump);
	tend(pump);
	is_idle = receive(pump);
	pump_show(pump);
	if (pump->has_ended)
		return;
	watch_sending(pump);
	wait_for_something(pump,
		!is_idle && has_room(pump) ? 0 : deadline_left(next_due(pump)));
	if (pump->polled[POLL_CONNECTION].revents & POLLIN)
		pump->last_heard = clock_now();
	if (pump->terminal == NULL && pump->polled[POLL_INPUT].revents != 0)
		read_input(pump);
	if (pump->polled[POLL_OUTPUT].revents & (POLLERR | POLLNVAL))
		pump->outlet.failure = EPIPE;
}

bool
pump_has_key(const struct pump *pump)
{
	return pump->polled[POLL_INPUT].revents != 0;
}

/* Whether the server closed before all of the input was sent. */
bool
pump_has_unsent_input(struct pump *pump)
{
	struct pollfd input = {STDIN_FILENO, POLLIN, 0};

	if (connection_unsent(pump->connection) > 0 || pump->input_has_failed)
		return true;
	if (has_messages_given(pump))
		return pump->executed < pump->options->messages.count;
	if (pump->terminal != NULL || pump->options->echo ||
		pump->input_is_done)
		return false;
	if (!pump->input.has_ended && poll(&input, 1, 0) == 1)
		input_read(&pump->input, STDIN_FILENO);
	return input_has_rest(&pump->input);
}

static void
set_blocking(int descriptor, bool blocking)
{
	int flags = fcntl(descriptor, F_GETFL);

	fcntl(descriptor, F_SETFL,
		blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

void
pump_init(struct pump *pump, const struct client_options *options,
	struct connection *connection, int descriptor)
{
	int64_t now = clock_now();

	*pump = (struct pump){.options = options,
		.connection = connection,
		.descriptor = descriptor};
	pump->last_event = pump->last_heard = pump->unsent_since = now;
	display_init(&pump->display, options, false);
	outlet_init(&pump->outlet, STDOUT_FILENO);
	input_init(&pump->input, options->binary ? INPUT_WHOLE
				 : options->null ? INPUT_NULLS
						 : INPUT_LINES);
	pinger_init(&pump->pinger, options->ping_interval);
	set_blocking(descriptor, false);
	connection_set_polled(connection, true);
}

void
pump_stop(struct pump *pump)
{
	set_blocking(pump->descriptor, true);
	connection_set_polled(pump->connection, false);
}

void
pump_release(struct pump *pump)
{
	display_release(&pump->display);
	input_release(&pump->input);
	buffer_release(&pump->decoded);
}
