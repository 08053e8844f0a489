/* SPDX-License-Identifier: MIT */
/*
 * A command line, an argument each line. Either all that was set is in its
 * range and nothing is said, or one clean line says what is wrong.
 */
#include "commands.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), said[COMMANDS_SAID_MAX];
	struct options options;
	size_t length;
	enum option_result result =
		commands_parse(&options, text, said, &length);

	if (result == OPTION_WRONG)
		commands_require_complaint(said, length);
	else
		require(length == 0);
	if (result == OPTION_RUN)
		commands_require_ranges(&options);
	options_release(&options);
	free(text);
	return 0;
}
