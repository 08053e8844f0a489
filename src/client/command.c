/* SPDX-License-Identifier: MIT */
#include "client/command.h"

#include "protocol/utf8.h"

#include <string.h>

bool
command_is_meant(struct slice line)
{
	return line.length > 0 && line.data[0] == '/';
}

static bool
read_code(struct slice text, unsigned *code)
{
	*code = CLOSE_NORMAL;
	if (text.length == 0)
		return true;
	*code = 0;
	for (size_t i = 0; i < text.length; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || i >= 4)
			return false;
		*code = *code * 10 + (unsigned)(text.data[i] - '0');
	}
	return close_code_is_sendable(*code);
}

static const char *
parse_close(struct command *command, struct slice rest)
{
	struct slice code;

	slice_split(&rest, ' ', &code);
	if (!read_code(code, &command->code))
		return "No such close code: 1000 to 1014, 3000 to 4999";
	if (rest.length > CLOSE_REASON_MAX || !utf8_is_valid(rest))
		return "The reason is longer than 123 bytes";
	if (rest.length > 0)
		memcpy(command->reason, rest.data, rest.length);
	return NULL;
}

const char *
command_parse(struct command *command, struct slice line)
{
	struct slice name, rest = line;

	*command = (struct command){.opcode = OPCODE_CLOSE};
	slice_split(&rest, ' ', &name);
	if (slice_equals(name, slice_of("/close")))
		return parse_close(command, rest);
	if (slice_equals(name, slice_of("/ping")))
		command->opcode = OPCODE_PING;
	else if (slice_equals(name, slice_of("/pong")))
		command->opcode = OPCODE_PONG;
	else
		return "Commands are /ping TEXT, /pong TEXT, "
		       "/close CODE REASON";
	if (rest.length > FRAME_CONTROL_PAYLOAD_MAX)
		return "The text is longer than 125 bytes";
	command->payload = rest;
	return NULL;
}
