/* SPDX-License-Identifier: MIT */
#include "client/talk.h"

#include "client/command.h"
#include "client/ending.h"
#include "client/interrupts.h"
#include "client/pump.h"

#include <unistd.h>

/* Turns until a key was pressed. False: no line is wanted any more. */
static bool
wait_for_key(void *state)
{
	struct pump *pump = state;

	for (;;) {
		if (interrupts_take_resumption())
			terminal_resume(pump->terminal);
		if (interrupts_take_resize())
			terminal_resize(pump->terminal);
		pump_turn(pump);
		if (pump->has_ended) {
			terminal_erase(pump->terminal);
			return false;
		}
		if (interrupts_have_come()) {
			terminal_leave(pump->terminal);
			return false;
		}
		if (pump_has_key(pump))
			return true;
	}
}

static void
obey(struct pump *pump, struct slice line)
{
	struct command command;
	const char *why = command_parse(&command, line);

	if (why != NULL) {
		display_error(&pump->display, why);
	} else if (command.opcode == OPCODE_CLOSE) {
		pump_close(pump, command.code, command.reason);
	} else {
		connection_send(
			pump->connection, command.opcode, &command.payload, 1);
		display_sent(&pump->display, command.opcode, command.payload);
	}
}

static bool
is_quit(struct slice line)
{
	return slice_equals_ignoring_case(line, slice_of("quit"));
}

static void
handle_typed(struct pump *pump, struct slice line)
{
	const char *why;

	if (is_quit(line)) {
		pump_close(pump, CLOSE_NORMAL, NULL);
		return;
	}
	if (pump->options->slash && command_is_meant(line)) {
		obey(pump, line);
		return;
	}
	why = pump_send_line(pump, line);
	if (why != NULL)
		display_error(&pump->display, why);
}

static void
read_terminal(struct pump *pump)
{
	struct slice line;

	pump_show(pump);
	while (!pump->has_ended && !pump_is_closing(pump) &&
		terminal_read(pump->terminal, &line))
		handle_typed(pump, line);
	if (!pump->has_ended)
		pump_close(pump, CLOSE_NORMAL, NULL);
}

static bool
is_interactive(const struct client_options *options)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	       options->messages.count == 0 && !options->echo &&
	       !options->json && !options->check;
}

bool
client_talk_check(const struct client_options *options)
{
	return options->history == NULL || !is_interactive(options) ||
	       terminal_check_history(options->history);
}

/* What can no longer be said to the peer in order is not waited for. */
static void
finish(struct pump *pump)
{
	interrupts_release();
	if (pump->gave_up != NULL)
		return;
	pump_stop(pump);
	connection_finish(pump->connection);
	connection_linger(pump->connection);
}

enum client_status
client_talk(const struct client_options *options, struct connection *connection,
	int descriptor)
{
	struct pump pump;
	struct terminal_settings settings = {
		.prompt = options->quiet
				  ? "> "
				  : "Enter message (or 'quit' to exit): ",
		.history = options->history,
		.wait = wait_for_key,
		.state = &pump,
	};
	enum client_status status;

	interrupts_hold();
	pump_init(&pump, options, connection, descriptor);
	if (is_interactive(options))
		pump.terminal = terminal_new(&settings);
	pump.display.is_interactive = pump.terminal != NULL;
	display_open(&pump.display);
	if (pump.terminal != NULL)
		read_terminal(&pump);
	while (!pump.has_ended)
		pump_turn(&pump);
	status = ending_tell(&pump);
	finish(&pump);
	if (pump.terminal != NULL)
		terminal_free(pump.terminal);
	pump_release(&pump);
	return status;
}
