/* SPDX-License-Identifier: MIT */
/* What is typed with --slash: control frames. */
#ifndef CLIENT_COMMAND_H
#define CLIENT_COMMAND_H

#include "protocol/close_code.h"
#include "protocol/frame.h"

struct command {
	enum opcode opcode;   /* of a ping, a pong or a Close */
	struct slice payload; /* of a ping or a pong */
	unsigned code;	      /* of a Close */
	char reason[CLOSE_REASON_MAX + 1];
};

bool command_is_meant(struct slice line);

/*
 * Reads "/ping TEXT", "/pong TEXT" or "/close CODE REASON", where all but the
 * name may be left out. Returns NULL, or a sentence that says what is wrong.
 * The payload lives as long as the line.
 */
const char *command_parse(struct command *command, struct slice line);

#endif
