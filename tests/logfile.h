/* SPDX-License-Identifier: MIT */
/* The log in a scratch directory, and what it says. */
#ifndef TESTS_LOGFILE_H
#define TESTS_LOGFILE_H

#include "log/log.h"

/* The target that logfile_open opens. */
#define LOGFILE_NAME "log"

/* Enters a scratch directory and logs there; leaves it. */
void logfile_open(enum log_format format, enum log_level level);
void logfile_close(void);

/* Whether the target can be opened, and is then the log. */
bool logfile_open_target(const char *target, enum log_format format);

/*
 * Compares what the log says since the last call, literally, with TIME in the
 * place of each well-formed time.
 */
void logfile_says(const char *expected);

/* Forgets what it says. */
void logfile_forget(void);

#endif
