/* SPDX-License-Identifier: MIT */
/* What shells complete a program's options with, from its table. */
#ifndef OPTION_COMPLETION_H
#define OPTION_COMPLETION_H

#include "option/option.h"

#include <stdio.h>

/*
 * Writes a completion for one of "bash", "zsh" and "fish". Returns false for
 * another shell. A program whose usage has "[URL]" takes one.
 */
bool completion_write(
	FILE *out, const char *shell, const struct option_program *program);

#endif
