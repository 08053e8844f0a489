/* SPDX-License-Identifier: MIT */
/* What is said of a bad option or value: parts of one line on stderr. */
#ifndef OPTION_COMPLAINT_H
#define OPTION_COMPLAINT_H

#include "option/option.h"

/* Text takes one line, and cannot move the cursor. */
void complaint_say(const char *text);

/* In quotes. */
void complaint_quote(const char *text);

/* "'0' is not a number from 1 to 65535", for what a setter expected. */
void complaint_say_mismatch(
	const struct option_row *row, const char *value, const char *expected);

#endif
