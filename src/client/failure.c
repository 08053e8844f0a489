/* SPDX-License-Identifier: MIT */
#include "client/failure.h"

#include "client/display.h"

#include <stdarg.h>
#include <stdio.h>

static void
tell_as_json(const struct client_options *options, const char *why)
{
	struct display display;

	display_init(&display, options, false);
	display_error(&display, why);
	fwrite(buffer_bytes(&display.output).data, 1,
		buffer_length(&display.output), stdout);
	fflush(stdout);
	display_release(&display);
}

void
failure_tell(const struct client_options *options, const char *format, ...)
{
	char why[FAILURE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	fputs("wsclient: ", stderr);
	display_say(slice_of(why));
	fputs("\n", stderr);
	if (options->json)
		tell_as_json(options, why);
}
