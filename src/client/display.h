/* SPDX-License-Identifier: MIT */
/* What happens, as standard output shows it: for people, pipes or programs. */
#ifndef CLIENT_DISPLAY_H
#define CLIENT_DISPLAY_H

#include "client/options.h"
#include "websocket/connection.h"

/*
 * What is shown is added to output, for others to write. Without memory for
 * it, has_failed is set, and nothing is added any more: what is missing is the
 * end.
 */
struct display {
	const struct client_options *options;
	struct buffer output;
	bool is_interactive;
	bool escapes; /* standard output is a terminal */
	bool has_colors;
	bool has_failed;
};

/* The options outlive it. Looks at standard output and the environment. */
void display_init(struct display *display, const struct client_options *options,
	bool is_interactive);
void display_release(struct display *display);

/* The connection is open. */
void display_open(struct display *display);

/* A message, ping or pong has come, or, what only JSON tells, gone out. */
void display_received(struct display *display, const struct message *message);
void display_sent(
	struct display *display, enum opcode opcode, struct slice payload);

/* A pong has come so long after its ping. */
void display_round_trip(struct display *display, double milliseconds);

/* How the connection ended; interactively and as JSON. */
void display_end(
	struct display *display, const struct connection_end *end, bool failed);

/* Something went wrong; interactively and as JSON. */
void display_error(struct display *display, const char *why);

/*
 * Writes in one phrase how a connection ended that was not ended by us in
 * order. The reason is escaped if that is asked for.
 */
bool display_write_end(
	struct buffer *output, const struct connection_end *end, bool escapes);

/* Appends text so that a terminal shows it and does nothing else. */
bool display_write_escaped(struct buffer *output, struct slice text);

/* Writes what a peer said to standard error, so escaped for a terminal. */
void display_say(struct slice text);

#endif
