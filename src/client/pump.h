/* SPDX-License-Identifier: MIT */
/* Between the user and an open connection: one thread polls both. */
#ifndef CLIENT_PUMP_H
#define CLIENT_PUMP_H

#include "client/display.h"
#include "client/input.h"
#include "client/options.h"
#include "client/outlet.h"
#include "client/pinger.h"
#include "client/terminal.h"
#include "websocket/connection.h"

#include <poll.h>

enum {
	POLL_CONNECTION,
	POLL_INPUT,
	POLL_OUTPUT,
	POLL_COUNT,
};

struct pump {
	const struct client_options *options;
	struct connection *connection;
	struct terminal *terminal; /* NULL where no lines are typed */
	struct display display;
	struct outlet outlet;
	struct input input;
	struct buffer decoded;
	struct pinger pinger;
	struct pollfd polled[POLL_COUNT];
	int descriptor;
	size_t executed; /* of the messages in the options */
	uint64_t sent;
	uint64_t received;
	size_t unsent; /* when it was looked at last, and since when so */
	int64_t unsent_since;
	size_t unsent_max;  /* more is not taken from the server then */
	int64_t last_event; /* sent or received */
	int64_t last_heard; /* any byte of the server's */
	int64_t close_until;
	unsigned close_code; /* ours, 0 before it */
	bool input_is_done;
	bool input_has_failed;
	bool has_ended;
	const char *gave_up; /* why we do not wait any longer */
	bool has_timed_out;  /* which is no way to end */
};

/*
 * Begins with an open connection, whose transport has this descriptor; both
 * stay the caller's, as the options do. The connection is polled until
 * pump_stop, which sends what is left and makes it block again.
 */
void pump_init(struct pump *pump, const struct client_options *options,
	struct connection *connection, int descriptor);
void pump_stop(struct pump *pump);
void pump_release(struct pump *pump);

/*
 * Does everything that can be done without waiting, and then waits once, if
 * the connection has not ended.
 */
void pump_turn(struct pump *pump);

/* Whether the last turn ended because something was typed. */
bool pump_has_key(const struct pump *pump);

/* Writes of what is to be shown as much as goes. */
void pump_show(struct pump *pump);

/* Sends a line as the options want it. Else returns what is wrong with it. */
const char *pump_send_line(struct pump *pump, struct slice line);

/*
 * Begins the closing handshake, once. The peer has some time to answer, which
 * nothing prolongs; who wants to end sooner sends a signal.
 */
void pump_close(struct pump *pump, unsigned code, const char *reason);
bool pump_is_closing(const struct pump *pump);

/* Whether what was read, or given in the options, has not all been sent. */
bool pump_has_unsent_input(struct pump *pump);

#endif
