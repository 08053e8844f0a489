/* SPDX-License-Identifier: MIT */
/* A line of the log in the making; whatever a peer sent is escaped. */
#ifndef LOG_LINE_H
#define LOG_LINE_H

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* What a pipe takes in one piece. */
#define LINE_SIZE PIPE_BUF

/* What one escaped field takes, with the "..." where it was cut. */
#define LINE_FIELD_MAX 256

struct line {
	size_t length;
	char text[LINE_SIZE];
};

/* Append as printf and vprintf do; what does not fit is cut. */
__attribute__((format(printf, 2, 3))) void line_add(
	struct line *line, const char *format, ...);
__attribute__((format(printf, 2, 0))) void line_add_list(
	struct line *line, const char *format, va_list arguments);

/*
 * Appends a field of at most LINE_FIELD_MAX bytes: printable UTF-8 as it is;
 * control, bidirectional and other unseen characters, quotes, backslashes and
 * what is no UTF-8 as \xNN for each byte.
 */
void line_add_escaped(struct line *line, const char *data, size_t length);

/* The same as a JSON string, in quotes and with each backslash doubled. */
void line_add_json(struct line *line, const char *data, size_t length);

/* Ends the line with LF, in the place of its last byte if it is full. */
void line_end(struct line *line);

#endif
