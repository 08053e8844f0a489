/* SPDX-License-Identifier: MIT */
/* What a peer sent, as it is: clean in a line of the log, and not lost. */
#include "fuzz.h"
#include "log/line.h"
#include "shown.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = input_of(data, size), shown;
	struct line plain = {.length = 0}, json = {.length = 0};

	line_add_escaped(&plain, input.data, input.length);
	line_add_json(&json, input.data, input.length);
	shown = (struct slice){plain.text, plain.length};
	shown_require_clean(shown);
	shown_require_reversible(shown, input);
	shown_require_json((struct slice){json.text, json.length}, shown);
	return 0;
}
