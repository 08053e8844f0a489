/* SPDX-License-Identifier: MIT */
/* Where the log goes: a terminal, pipe or file, the journal, syslog. */
#ifndef LOG_TARGET_H
#define LOG_TARGET_H

#include "log/line.h"

struct target {
	int descriptor;
	bool is_ours;	 /* to be closed */
	bool is_journal; /* lines begin with "<priority>" */
	bool is_syslog;	 /* and with the program's name */
	bool is_torn;	 /* the last line was written in part only */
};

/*
 * Opens "stderr", "syslog" or a file, which is made if it is missing and
 * appended to. Returns false with errno on failure.
 */
bool target_open(struct target *target, const char *name);

/* Whether it could be opened, as far as is known without making a file. */
bool target_can_open(const char *name);

void target_close(const struct target *target);

/* Whether lines need no time and level: others, or people, see to that. */
bool target_is_plain(const struct target *target);

bool target_is_same_file(const struct target *target, int descriptor);

/* Begins a line with what the journal and syslog want there. */
void target_add_prefix(
	const struct target *target, struct line *line, int level);

/* Writes whole lines without blocking. Returns false when it could not. */
bool target_write(struct target *target, const char *data, size_t length);

#endif
