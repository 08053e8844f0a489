/* SPDX-License-Identifier: MIT */
#include "client/ending.h"

#include "client/interrupts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool
is_normal(unsigned code)
{
	return code == CLOSE_NORMAL || code == CLOSE_GOING_AWAY ||
	       code == CLOSE_NO_STATUS;
}

static enum client_status
judge(struct pump *pump, const struct connection_end *end)
{
	if (pump->has_timed_out)
		return CLIENT_TIMEOUT;
	if (pump->outlet.failure != 0 && pump->outlet.failure != EPIPE)
		return CLIENT_CLOSED;
	if (end->by == CLOSED_BY_NOBODY ||
		(end->by == CLOSED_BY_US && end->code != pump->close_code))
		return CLIENT_LOST;
	if (end->by == CLOSED_BY_PEER && !is_normal(end->code))
		return CLIENT_CLOSED;
	if (interrupts_have_come() && pump->terminal == NULL)
		return CLIENT_INTERRUPTED;
	return pump_has_unsent_input(pump) ? CLIENT_LOST : CLIENT_DONE;
}

static void
say_code(const struct connection_end *end)
{
	struct buffer text = {0};

	if (display_write_end(&text, end, isatty(STDERR_FILENO) == 1))
		fprintf(stderr, "wsclient: %.*s\n", (int)buffer_length(&text),
			text.data);
	else
		fprintf(stderr, "wsclient: out of memory\n");
	buffer_release(&text);
}

/* On stderr, what a pipe has no place for. */
static void
say_end(struct pump *pump, const struct connection_end *end,
	enum client_status status)
{
	if (pump->outlet.failure != 0 && pump->outlet.failure != EPIPE)
		fprintf(stderr, "wsclient: cannot write: %s\n",
			strerror(pump->outlet.failure));
	if (pump->gave_up != NULL)
		fprintf(stderr, "wsclient: %s\n", pump->gave_up);
	else if (pump->terminal == NULL && status != CLIENT_DONE &&
		 end->code != pump->close_code)
		say_code(end);
}

/* That stderr tells it does not help who reads JSON. */
static void
tell_failure(struct pump *pump, const struct connection_end *end)
{
	struct buffer text = {0};

	if (pump->gave_up != NULL)
		display_error(&pump->display, pump->gave_up);
	else if (end->by == CLOSED_BY_US && end->code != pump->close_code &&
		 display_write_end(&text, end, false) &&
		 buffer_append(&text, (struct slice){"", 1}))
		display_error(&pump->display, text.data);
	buffer_release(&text);
}

/* What is still to be shown goes out, unless somebody has had enough. */
static void
show_rest(struct pump *pump)
{
	struct pollfd output = {STDOUT_FILENO, POLLOUT, 0};

	pump_show(pump);
	while (buffer_length(&pump->display.output) > 0 &&
		!interrupts_have_come()) {
		interrupts_poll(&output, 1, INT64_MAX);
		pump_show(pump);
	}
}

enum client_status
ending_tell(struct pump *pump)
{
	struct connection_end end = connection_end(pump->connection);
	enum client_status status = judge(pump, &end);

	if (pump->options->json)
		tell_failure(pump, &end);
	display_end(&pump->display, &end, status != CLIENT_DONE);
	show_rest(pump);
	if (pump->display.has_failed) {
		fprintf(stderr, "wsclient: out of memory\n");
		status = CLIENT_CLOSED;
	}
	say_end(pump, &end, status);
	return status;
}
