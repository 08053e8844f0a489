/* SPDX-License-Identifier: MIT */
#include "option/option.h"

#include "option/complaint.h"
#include "option/config.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 96
#define HELP_COLUMN 28
#define DECIMALS 3 /* of seconds: milliseconds */

/* What getopt_long finds for long options, behind all letters. */
#define LONG_OPTION 256

static void *
field_of(const struct option_row *row, void *settings)
{
	return (char *)settings + row->field;
}

const char *
option_set_flag(const struct option_row *row, const char *value, void *settings)
{
	(void)value;
	*(bool *)field_of(row, settings) = true;
	return NULL;
}

/* Reads digits up to something else. Returns NULL when there are none. */
static const char *
read_digits(const char *text, int64_t *number)
{
	if (*text < '0' || *text > '9')
		return NULL;
	for (*number = 0; *text >= '0' && *text <= '9'; text++) {
		if (*number > (INT64_MAX - 9) / 10)
			return NULL;
		*number = *number * 10 + (*text - '0');
	}
	return text;
}

static bool
is_in_range(const struct option_row *row, int64_t number)
{
	return number >= row->minimum && number <= row->maximum;
}

const char *
option_set_number(
	const struct option_row *row, const char *value, void *settings)
{
	int64_t number = 0;
	const char *end = read_digits(value, &number);

	if (end == NULL || *end != '\0' || !is_in_range(row, number))
		return "a number";
	*(int64_t *)field_of(row, settings) = number;
	return NULL;
}

static unsigned
unit_shift(char unit)
{
	switch (unit) {
	case 'K':
	case 'k':
		return 10;
	case 'M':
	case 'm':
		return 20;
	case 'G':
	case 'g':
		return 30;
	default:
		return 0;
	}
}

const char *
option_set_size(const struct option_row *row, const char *value, void *settings)
{
	int64_t number = 0;
	const char *end = read_digits(value, &number);
	unsigned shift = end != NULL ? unit_shift(*end) : 0;

	if (shift > 0)
		end++;
	if (end == NULL || *end != '\0' || number > INT64_MAX >> shift ||
		!is_in_range(row, number << shift))
		return "a size";
	*(int64_t *)field_of(row, settings) = number << shift;
	return NULL;
}

/* Reads up to DECIMALS digits behind a point as that many decimals. */
static const char *
read_decimals(const char *text, int64_t *number)
{
	for (int i = 0; i < DECIMALS; i++) {
		*number *= 10;
		if (*text >= '0' && *text <= '9')
			*number += *text++ - '0';
	}
	return text;
}

const char *
option_set_seconds(
	const struct option_row *row, const char *value, void *settings)
{
	int64_t seconds = 0, decimals = 0;
	const char *end = read_digits(value, &seconds);

	if (end != NULL && *end == '.')
		end = read_decimals(end + 1, &decimals);
	if (end == NULL || *end != '\0' || seconds > INT32_MAX ||
		!is_in_range(row, seconds * 1000 + decimals))
		return "a number of seconds";
	*(int64_t *)field_of(row, settings) = seconds * 1000 + decimals;
	return NULL;
}

const char *
option_set_string(
	const struct option_row *row, const char *value, void *settings)
{
	*(const char **)field_of(row, settings) = value;
	return NULL;
}

const char *
option_add_string(
	const struct option_row *row, const char *value, void *settings)
{
	struct option_list *list = field_of(row, settings);
	const char **values =
		realloc(list->values, (list->count + 1) * sizeof(*values));

	if (values == NULL)
		return "to be stored, memory is short";
	values[list->count++] = value;
	list->values = values;
	return NULL;
}

const char *
option_set_choice(
	const struct option_row *row, const char *value, void *settings)
{
	const char *names = row->argument;
	size_t length = strlen(value);

	for (int i = 0; *names != '\0'; i++) {
		size_t name_length = strcspn(names, "|");

		if (name_length == length &&
			strncmp(names, value, length) == 0) {
			memcpy(field_of(row, settings), &i, sizeof(i));
			return NULL;
		}
		names += name_length + (names[name_length] == '|');
	}
	return row->argument;
}

const char *
option_set_config(
	const struct option_row *row, const char *value, void *settings)
{
	struct option_config *config = field_of(row, settings);

	if (*value == '\0')
		return "a file";
	config->path = value;
	return NULL;
}

const char *
option_set_check(
	const struct option_row *row, const char *value, void *settings)
{
	return option_set_flag(row, value, settings);
}

void
option_config_release(struct option_config *config)
{
	free(config->text);
	*config = (struct option_config){0};
}

void
option_list_release(struct option_list *list)
{
	free(list->values);
	*list = (struct option_list){0};
}

static void
print_row(const struct option_row *row)
{
	char left[64];
	int length;

	if (row->letter != 0)
		length = snprintf(left, sizeof(left), "  -%c, --%s",
			row->letter, row->name);
	else
		length = snprintf(left, sizeof(left), "      --%s", row->name);
	if (row->argument != NULL)
		length += snprintf(left + length, sizeof(left) - (size_t)length,
			"=%s", row->argument);
	if (length >= HELP_COLUMN)
		printf("%s\n%*s", left, HELP_COLUMN, "");
	else
		printf("%-*s", HELP_COLUMN, left);
	printf("%s\n", row->help);
}

static void
print_help(const struct option_program *program)
{
	printf("Usage: %s %s\n%s\n\n", program->name, program->usage,
		program->purpose);
	for (size_t i = 0; i < program->row_count; i++)
		print_row(&program->rows[i]);
	printf("\n%s", program->more);
}

static void
print_version(const struct option_program *program)
{
	printf("%s (wsserver) %s\n", program->name, PACKAGE_VERSION);
	printf("Licence MIT; there is no warranty.\n");
}

bool
option_flush(const struct option_program *program)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return true;
	if (errno != EPIPE)
		fprintf(stderr, "%s: cannot write: %s\n", program->name,
			strerror(errno));
	return false;
}

static void
point_to_help(const struct option_program *program)
{
	fprintf(stderr, ". Try '%s --help'\n", program->name);
}

void
option_complain(const struct option_program *program, const char *what,
	const char *which)
{
	fprintf(stderr, "%s: %s ", program->name, what);
	complaint_quote(which);
	point_to_help(program);
}

static void
complain_of_value(const struct option_program *program,
	const struct option_row *row, const char *value, const char *expected)
{
	fprintf(stderr, "%s: --%s: ", program->name, row->name);
	complaint_say_mismatch(row, value, expected);
	point_to_help(program);
}

/* The command line, and the options as getopt_long wants them. */
struct command_line {
	const struct option_program *program;
	int argc;
	char **argv;
	struct option names[ROWS_MAX + 1];
	char letters[2 * ROWS_MAX + 2];
};

/* For a long option getopt_long finds LONG_OPTION + its row's index. */
static void
prepare_getopt(struct command_line *line)
{
	const struct option_program *program = line->program;
	char *letters = line->letters;

	assert(program->row_count <= ROWS_MAX);
	*letters++ = ':';
	for (size_t i = 0; i < program->row_count; i++) {
		const struct option_row *row = &program->rows[i];
		int takes =
			row->argument != NULL ? required_argument : no_argument;

		line->names[i] = (struct option){
			row->name, takes, NULL, LONG_OPTION + (int)i};
		if (row->letter == 0)
			continue;
		*letters++ = row->letter;
		if (takes == required_argument)
			*letters++ = ':';
	}
	line->names[program->row_count] = (struct option){NULL, 0, NULL, 0};
	*letters = '\0';
}

static void
rewind_getopt(void)
{
	optind = 0;
	opterr = 0;
}

static const struct option_row *
find_letter(const struct option_program *program, int letter)
{
	for (size_t i = 0; i < program->row_count; i++)
		if (program->rows[i].letter == letter)
			return &program->rows[i];
	return NULL;
}

/* Stores the next option's row, NULL for none; returns what getopt_long does.
 */
static int
find_next(struct command_line *line, const struct option_row **row)
{
	int found = getopt_long(
		line->argc, line->argv, line->letters, line->names, NULL);

	*row = NULL;
	if (found >= LONG_OPTION)
		*row = &line->program->rows[found - LONG_OPTION];
	else if (found != -1 && found != '?' && found != ':')
		*row = find_letter(line->program, found);
	return found;
}

static enum option_result
apply(const struct option_program *program, const struct option_row *row,
	void *settings)
{
	const char *expected;

	assert(row != NULL); /* getopt knows the letters of the table only */
	if (row->set == NULL) {
		if (strcmp(row->name, "version") == 0)
			print_version(program);
		else
			print_help(program);
		return OPTION_DONE;
	}
	expected = row->set(row, optarg, settings);
	if (expected == NULL)
		return OPTION_RUN;
	complain_of_value(program, row, optarg, expected);
	return OPTION_WRONG;
}

/* What getopt_long found wrong at the argument it has just read. */
static enum option_result
refuse(const struct option_program *program, int found, const char *argument)
{
	char letter[] = {'-', (char)optopt, '\0'};
	bool is_long = optopt == 0 || optopt >= LONG_OPTION;

	const char *what =
		found == ':' ? "no value for" : "unknown or misused option";

	if (!is_long && optopt == program->hint.letter)
		what = program->hint.text;
	option_complain(program, what, is_long ? argument : letter);
	return OPTION_WRONG;
}

/*
 * Looks ahead for the file of options and for what else is given. No file is
 * read where the command line is wrong or asks for --help: that comes first.
 */
static enum option_result
apply_config(struct command_line *line, void *settings)
{
	bool given[ROWS_MAX] = {false};
	const struct option_row *row, *config = NULL;
	const char *path = NULL;

	rewind_getopt();
	while (find_next(line, &row) != -1) {
		if (row == NULL || row->set == NULL)
			return OPTION_RUN;
		given[row - line->program->rows] = true;
		if (row->set != option_set_config)
			continue;
		config = row;
		path = optarg;
	}
	if (config == NULL || *path == '\0' ||
		config_apply(line->program, field_of(config, settings), path,
			given, settings))
		return OPTION_RUN;
	return OPTION_WRONG;
}

enum option_result
option_parse(const struct option_program *program, int argc, char **argv,
	void *settings, int *first_operand)
{
	struct command_line line = {program, argc, argv, {{0}}, ""};
	const struct option_row *row;
	enum option_result result;
	int found;

	prepare_getopt(&line);
	result = apply_config(&line, settings);
	rewind_getopt();
	while (result == OPTION_RUN && (found = find_next(&line, &row)) != -1)
		result = row != NULL ? apply(program, row, settings)
				     : refuse(program, found, argv[optind - 1]);
	*first_operand = optind;
	return result;
}

const struct option_row *
option_find(const struct option_program *program, const char *name)
{
	for (size_t i = 0; i < program->row_count; i++)
		if (strcmp(program->rows[i].name, name) == 0)
			return &program->rows[i];
	return NULL;
}
