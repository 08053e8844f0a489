/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENTS_MAX 16

void
commands_require_ranges(const struct options *options)
{
	for (size_t i = 0; i < options_program.row_count; i++) {
		const struct option_row *row = &options_program.rows[i];
		int64_t value;

		if (row->set != option_set_number &&
			row->set != option_set_size &&
			row->set != option_set_seconds)
			continue;
		memcpy(&value, (const char *)options + row->field,
			sizeof(value));
		require(value >= row->minimum && value <= row->maximum);
	}
}

void
commands_require_complaint(const char *said, size_t length)
{
	require(length > 10 && strncmp(said, "wsserver: ", 10) == 0);
	require(said[length - 1] == '\n');
	for (size_t i = 0; i + 1 < length; i++)
		require((unsigned char)said[i] >= ' ' && said[i] != 0x7F);
}

static int
split(char *text, char **arguments)
{
	static char program[] = "wsserver";
	int count = 1;

	arguments[0] = program;
	while (text != NULL && count < ARGUMENTS_MAX)
		arguments[count++] = strsep(&text, "\n");
	arguments[count] = NULL;
	return count;
}

/* Standard error is a file meanwhile. */
enum option_result
commands_parse(struct options *options, char *text,
	char said[COMMANDS_SAID_MAX], size_t *length)
{
	static FILE *file;
	char *arguments[ARGUMENTS_MAX + 1];
	int original = dup(STDERR_FILENO);
	enum option_result result;

	if (file == NULL)
		file = tmpfile();
	require(file != NULL && ftruncate(fileno(file), 0) == 0);
	require(lseek(fileno(file), 0, SEEK_SET) == 0);
	dup2(fileno(file), STDERR_FILENO);
	result = options_parse(options, split(text, arguments), arguments);
	fflush(stderr);
	dup2(original, STDERR_FILENO);
	close(original);
	*length = (size_t)pread(fileno(file), said, COMMANDS_SAID_MAX, 0);
	return result;
}
