/* SPDX-License-Identifier: MIT */
/* A program's options as one table: parsing, ranges, --help, --version. */
#ifndef OPTION_OPTION_H
#define OPTION_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The maximum of an option whose field is a struct option_list. */
#define OPTION_MANY (-1)

struct option_row {
	const char *name;
	char letter;	      /* 0: none */
	const char *argument; /* NULL: takes none */
	const char *help;

	/*
	 * Stores a value; returns what it should have been, NULL if fine. Is
	 * NULL in the rows "help" and "version", which are answered here.
	 */
	const char *(*set)(const struct option_row *row, const char *value,
		void *settings);
	size_t field; /* offset of what is set, in the program's settings */
	int64_t minimum, maximum; /* of numbers, sizes, milliseconds */
};

/* What is said of a letter that other programs have; it is named behind. */
struct option_hint {
	char letter; /* 0: none */
	const char *text;
};

struct option_program {
	const char *name;
	const char *usage;   /* "[OPTION]..." */
	const char *purpose; /* a sentence */
	const char *more;    /* behind the options in --help */
	const struct option_row *rows;
	size_t row_count;
	struct option_hint hint;
};

/* A repeatable option's values, in the order given. All zero at first. */
struct option_list {
	const char **values;
	size_t count;
};

/*
 * A file of options, one a line: see option_set_config. All zero at first.
 */
struct option_config {
	const char *path; /* NULL: none */
	bool only_check;  /* to be heeded by the program */
	char *text;	  /* in which values live */
};

enum option_result {
	OPTION_RUN,
	OPTION_DONE,  /* --help or --version was answered */
	OPTION_WRONG, /* a line on stderr says what is */
};

/*
 * Parses the command line into settings; long names may be abbreviated. Where
 * a row has option_set_config, the last file given that way comes first, and a
 * repeatable option of the command line replaces the file's list.
 * Values are not copied. Stores the index of the first operand.
 */
enum option_result option_parse(const struct option_program *program, int argc,
	char **argv, void *settings, int *first_operand);

/*
 * Writes out what was answered. False when that fails, and stderr says so,
 * unless the reader has gone.
 */
bool option_flush(const struct option_program *program);

/* Says on stderr, in a line, what of the command line is wrong. */
void option_complain(const struct option_program *program, const char *what,
	const char *which);

/* The row with this name, NULL for none. */
const struct option_row *option_find(
	const struct option_program *program, const char *name);

/*
 * Setters for fields of type bool, int64_t, int64_t in bytes ("64K"), int64_t
 * in milliseconds ("1.5" seconds), const char * and struct option_list.
 */
const char *option_set_flag(
	const struct option_row *row, const char *value, void *settings);
const char *option_set_number(
	const struct option_row *row, const char *value, void *settings);
const char *option_set_size(
	const struct option_row *row, const char *value, void *settings);
const char *option_set_seconds(
	const struct option_row *row, const char *value, void *settings);
const char *option_set_string(
	const struct option_row *row, const char *value, void *settings);
const char *option_add_string(
	const struct option_row *row, const char *value, void *settings);

/* For an enum: the place, from 0 on, of the value in argument ("this|that"). */
const char *option_set_choice(
	const struct option_row *row, const char *value, void *settings);

/*
 * For struct option_config, the file and the flag to check only: neither may
 * stand in a file.
 */
const char *option_set_config(
	const struct option_row *row, const char *value, void *settings);
const char *option_set_check(
	const struct option_row *row, const char *value, void *settings);

void option_config_release(struct option_config *config);
void option_list_release(struct option_list *list);

#endif
