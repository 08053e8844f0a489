/* SPDX-License-Identifier: MIT */
/* What the manual page says of a program's options. */
#ifndef TESTS_MANUAL_H
#define TESTS_MANUAL_H

#include "option/option.h"

/* Fails unless the program's page in man/ has an item for each option. */
void manual_has_all(const struct option_program *program);

/* Whether the source of the page has a line. */
bool manual_has_line(const struct option_program *program, const char *line);

#endif
