/* SPDX-License-Identifier: MIT */
/* The log: one line for each event, one lock, one write for each line. */
#ifndef LOG_LOG_H
#define LOG_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

enum log_format {
	LOG_FORMAT_AUTO, /* plain on a terminal or in the journal, else text */
	LOG_FORMAT_PLAIN,
	LOG_FORMAT_TEXT,
	LOG_FORMAT_JSON,
};

struct log_settings {
	const char *target; /* "stderr", "syslog" or a file */
	enum log_format format;
	enum log_level level; /* and all worse ones */
};

/* Whom a line is about. */
struct log_client {
	uint64_t number;  /* of the connection, 0: it has none */
	const char *peer; /* "host:port", "unix:path" */
	const char *path; /* NULL before the request is known */
	size_t path_length;
	const char *subject; /* of its certificate, NULL for none */
};

/*
 * Opens the log; before that nothing is logged. The target's name is to
 * outlive it.
 * Returns false with errno when the target cannot be opened.
 */
bool log_open(const struct log_settings *settings);

/*
 * Whether log_open could; makes no file, and leaves nothing open. As log_open.
 */
bool log_can_open(const char *target);

/* Opens the target once more, for a file was moved. As log_open. */
bool log_reopen(void);

void log_close(void);

/* Whether the log goes to a terminal. */
bool log_is_on_terminal(void);

/* Whether a descriptor stands for the same file as the log. */
bool log_goes_to(int descriptor);

/*
 * A line: log_begin, then what it says for people (log_say, nothing as JSON)
 * and for programs (the fields, as JSON only), then log_end. The client is
 * NULL where the line is about nobody; else the line may cost its peer tokens
 * (log/limit.h). Returns false when it is not to be logged: nothing else is
 * to be called then. Between true and log_end other threads wait to log.
 */
bool log_begin(enum log_level level, const struct log_client *client,
	const char *event, int64_t cost);
__attribute__((format(printf, 1, 2))) void log_say(const char *format, ...);
void log_say_escaped(const char *data, size_t length);
void log_number_field(const char *name, uint64_t number);
void log_text_field(const char *name, const char *data, size_t length);
void log_string_field(const char *name, const char *string);
void log_seconds_field(const char *name, double seconds);

/*
 * Writes the line, unless that would block: then it is dropped and counted,
 * and the next line that can be written tells.
 */
void log_end(void);

/* Writes what has been suppressed and not been told. */
void log_tell_suppressed(void);

/* An event that is told by a sentence alone. */
__attribute__((format(printf, 3, 4))) void log_sentence(
	enum log_level level, const char *event, const char *format, ...);

/* How many lines were dropped or suppressed so far; not within a line. */
uint64_t log_lines_lost(void);

#endif
