/* SPDX-License-Identifier: MIT */
/* Command lines of wsserver, and what it says of them. */
#ifndef FUZZ_COMMANDS_H
#define FUZZ_COMMANDS_H

#include "server/options.h"

#define COMMANDS_SAID_MAX 65536

/*
 * Parses a text with an argument on each line, which it changes and the
 * options live in. Stores what was said on standard error, and its length.
 */
enum option_result commands_parse(struct options *options, char *text,
	char said[COMMANDS_SAID_MAX], size_t *length);

/* Each number is in the range that its option has. */
void commands_require_ranges(const struct options *options);

/* It is one line that cannot move the cursor. */
void commands_require_complaint(const char *said, size_t length);

#endif
