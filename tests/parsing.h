/* SPDX-License-Identifier: MIT */
/* What the options of each program are tested for. */
#ifndef TESTS_PARSING_H
#define TESTS_PARSING_H

#include "option/option.h"

struct parsing {
	const struct option_program *program;
	void *options;
	enum option_result (*parse)(int argc, char **argv);
};

/* An option, and what its field then holds. */
struct number_case {
	const char *argument;
	size_t field;
	int64_t value;
};

struct flag_case {
	const char *argument;
	size_t field;
};

struct list_case {
	const char *first, *second;
	size_t field;
	const char *values[2];
};

/* What is wrong, and what of it is said. */
struct wrong_case {
	const char *first, *second, *complaint;
};

/* Parses a command line of two arguments, one, or none. */
enum option_result parsing_run(
	const struct parsing *parsing, const char *first, const char *second);

void parsing_expect_number(
	const struct parsing *parsing, const struct number_case *number);

/* Beside an operand. */
void parsing_expect_flag(
	const struct parsing *parsing, const struct flag_case *flag);
void parsing_expect_list(
	const struct parsing *parsing, const struct list_case *list);
void parsing_expect_complaint(
	const struct parsing *parsing, const struct wrong_case *wrong);

/* That --help names each option, in lines of at most 80 columns. */
void parsing_expect_help(const struct parsing *parsing);

#endif
