/* SPDX-License-Identifier: MIT */
/* Lines typed at a terminal, while other things are shown above them. */
#ifndef CLIENT_TERMINAL_H
#define CLIENT_TERMINAL_H

#include "protocol/buffer.h"

struct terminal;

struct terminal_settings {
	const char *prompt;
	const char *history; /* a file, NULL for memory alone */

	/*
	 * Returns true when a byte of standard input can be read, false when
	 * no line is wanted any more. May call everything here but
	 * terminal_read and terminal_free.
	 */
	bool (*wait)(void *state);
	void *state;
};

/*
 * Whether a history can be kept in a file: one of an earlier time, an empty one
 * or a device, or there is none yet. Tells why not.
 */
bool terminal_check_history(const char *file);

/*
 * Takes standard input and output, which are terminals, and settings that
 * outlive it. Returns NULL when memory is short.
 */
struct terminal *terminal_new(const struct terminal_settings *settings);

/* Gives the terminal back as it was, and writes the history file. */
void terminal_free(struct terminal *terminal);

/*
 * Reads a line, without its end; valid until the next call. Returns false
 * when it was left instead, with Ctrl-D or because wait said so.
 */
bool terminal_read(struct terminal *terminal, struct slice *line);

/* Shows whole lines above the one that is typed, if one is. */
void terminal_print(struct terminal *terminal, struct slice lines);

/* Takes the line that is typed off the screen, or goes below it. */
void terminal_erase(struct terminal *terminal);
void terminal_leave(struct terminal *terminal);

/* To be called when the window has changed, or the program was stopped. */
void terminal_resize(struct terminal *terminal);
void terminal_resume(struct terminal *terminal);

/*
 * On which row, from that of the prompt on, and in which column the cursor
 * stands behind a prompt and a text in a window so many columns wide.
 */
struct terminal_position {
	size_t row;
	size_t column;
};
struct terminal_position terminal_locate(
	const char *prompt, const wchar_t *text, size_t length, size_t columns);

#endif
