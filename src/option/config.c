/* SPDX-License-Identifier: MIT */
#include "option/config.h"

#include "option/complaint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE_MAX (1 << 20)
#define BLANKS " \t\r"

struct reader {
	const struct option_program *program;
	const char *path;
	unsigned line;
	const bool *given;
	void *settings;
};

/* Returns NULL with errno. A text may have NULs within. */
static char *
read_all(FILE *file, size_t *length)
{
	char *text = malloc(FILE_SIZE_MAX + 1);

	if (text == NULL)
		return NULL;
	errno = 0;
	*length = fread(text, 1, FILE_SIZE_MAX + 1, file);
	if (ferror(file) == 0 && *length <= FILE_SIZE_MAX) {
		text[*length] = '\0';
		return text;
	}
	if (ferror(file) == 0)
		errno = EFBIG;
	free(text);
	return NULL;
}

static char *
read_file(
	const struct option_program *program, const char *path, size_t *length)
{
	FILE *file = fopen(path, "re");
	char *text = file != NULL ? read_all(file, length) : NULL;
	int failure = errno;

	if (file != NULL)
		fclose(file);
	if (text != NULL)
		return text;
	fprintf(stderr, "%s: cannot read ", program->name);
	complaint_quote(path);
	fprintf(stderr, ": %s\n", strerror(failure));
	return NULL;
}

/* How each complaint about a line begins. */
static void
say_place(const struct reader *reader)
{
	fprintf(stderr, "%s: ", reader->program->name);
	complaint_say(reader->path);
	fprintf(stderr, ":%u: ", reader->line);
}

static bool
complain(const struct reader *reader, const char *what, const char *which)
{
	say_place(reader);
	fprintf(stderr, "%s ", what);
	complaint_quote(which);
	putc('\n', stderr);
	return false;
}

static bool
complain_of_value(const struct reader *reader, const struct option_row *row,
	const char *value, const char *expected)
{
	say_place(reader);
	fprintf(stderr, "%s: ", row->name);
	complaint_say_mismatch(row, value, expected);
	putc('\n', stderr);
	return false;
}

/* What is asked of a program at once makes no sense in a file. */
static bool
is_for_files(const struct option_row *row)
{
	return row->set != NULL && row->set != option_set_config &&
	       row->set != option_set_check;
}

static bool
apply(const struct reader *reader, const struct option_row *row,
	const char *value)
{
	const char *expected;
	struct option_list *list;

	if (value != NULL && row->argument == NULL)
		return complain(reader, "no value goes with", row->name);
	if (value == NULL && row->argument != NULL)
		return complain(reader, "no value for", row->name);
	expected = row->set(row, value, reader->settings);
	if (expected != NULL)
		return complain_of_value(reader, row, value, expected);
	if (row->maximum == OPTION_MANY &&
		reader->given[row - reader->program->rows]) {
		list = (void *)((char *)reader->settings + row->field);
		list->count--;
	}
	return true;
}

/* What stands behind a name, NULL if nothing does. Quotes keep blanks. */
static char *
take_value(char *rest)
{
	char *value = rest + strspn(rest, BLANKS);
	size_t length;

	if (*value == '\0')
		return NULL;
	if (*value == '=')
		value += 1 + strspn(value + 1, BLANKS);
	length = strlen(value);
	if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
		value[length - 1] = '\0';
		value++;
	}
	return value;
}

static void
trim_end(char *line)
{
	size_t length = strlen(line);

	while (length > 0 && strchr(BLANKS, line[length - 1]) != NULL)
		line[--length] = '\0';
}

static bool
apply_line(const struct reader *reader, char *line)
{
	const struct option_row *row;
	char *name, *value, *end;

	trim_end(line);
	name = line + strspn(line, BLANKS);
	if (*name == '\0' || *name == '#')
		return true;
	end = name + strcspn(name, "=" BLANKS);
	value = take_value(end);
	*end = '\0';
	row = option_find(reader->program, name);
	if (row == NULL)
		return complain(reader, "unknown option", name);
	if (!is_for_files(row))
		return complain(reader, "only for the command line:", name);
	return apply(reader, row, value);
}

bool
config_apply(const struct option_program *program, struct option_config *config,
	const char *path, const bool *given, void *settings)
{
	struct reader reader = {program, path, 0, given, settings};
	size_t length = 0;
	char *line, *end;

	config->text = read_file(program, path, &length);
	if (config->text == NULL)
		return false;
	end = config->text + length;
	for (line = config->text; line < end;) {
		char *line_end = memchr(line, '\n', (size_t)(end - line));

		reader.line++;
		if (line_end == NULL)
			line_end = end;
		*line_end = '\0';
		if (strlen(line) != (size_t)(line_end - line))
			return complain(&reader, "a NUL behind", line);
		if (!apply_line(&reader, line))
			return false;
		line = line_end + 1;
	}
	return true;
}
