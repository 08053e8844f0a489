/* SPDX-License-Identifier: MIT */
/* A file of options, one a line, which the command line has the last word on.
 */
#ifndef OPTION_CONFIG_H
#define OPTION_CONFIG_H

#include "option/option.h"

/*
 * Reads the file at a path and applies its lines to the settings; its text is
 * kept in config, for values live there. The values of a repeatable row that
 * stands on the command line, as given[] tells of each row, are judged but
 * not stored. Returns false with what is wrong, and where, told on stderr.
 */
bool config_apply(const struct option_program *program,
	struct option_config *config, const char *path, const bool *given,
	void *settings);

#endif
