/* SPDX-License-Identifier: MIT */
#include "parsing.h"

#include "capture.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum option_result
parsing_run(
	const struct parsing *parsing, const char *first, const char *second)
{
	char *arguments[] = {(char *)(uintptr_t)parsing->program->name,
		(char *)(uintptr_t)first, (char *)(uintptr_t)second, NULL};
	int count = first == NULL ? 1 : second == NULL ? 2 : 3;

	return parsing->parse(count, arguments);
}

static const void *
field_at(const struct parsing *parsing, size_t field)
{
	return (const char *)parsing->options + field;
}

void
parsing_expect_number(
	const struct parsing *parsing, const struct number_case *number)
{
	ck_assert_int_eq(
		parsing_run(parsing, number->argument, NULL), OPTION_RUN);
	ck_assert_int_eq(*(const int64_t *)field_at(parsing, number->field),
		number->value);
}

void
parsing_expect_flag(const struct parsing *parsing, const struct flag_case *flag)
{
	ck_assert_int_eq(
		parsing_run(parsing, flag->argument, "ws://host"), OPTION_RUN);
	ck_assert(*(const bool *)field_at(parsing, flag->field));
}

void
parsing_expect_list(const struct parsing *parsing, const struct list_case *list)
{
	const struct option_list *found = field_at(parsing, list->field);

	ck_assert_int_eq(
		parsing_run(parsing, list->first, list->second), OPTION_RUN);
	ck_assert_uint_eq(found->count, 2);
	ck_assert_str_eq(found->values[0], list->values[0]);
	ck_assert_str_eq(found->values[1], list->values[1]);
}

void
parsing_expect_complaint(
	const struct parsing *parsing, const struct wrong_case *wrong)
{
	enum option_result result;
	char advice[64], *said;

	capture_begin(STDERR_FILENO);
	result = parsing_run(parsing, wrong->first, wrong->second);
	said = capture_end();
	ck_assert_int_eq(result, OPTION_WRONG);
	ck_assert_msg(strstr(said, wrong->complaint) != NULL, "said %s", said);
	snprintf(advice, sizeof(advice), ". Try '%s --help'\n",
		parsing->program->name);
	ck_assert_ptr_eq(
		strstr(said, advice) + strlen(advice), strchr(said, '\0'));
	free(said);
}

void
parsing_expect_help(const struct parsing *parsing)
{
	const struct option_program *program = parsing->program;
	enum option_result result;
	char *help, *rest, *line;

	capture_begin(STDOUT_FILENO);
	result = parsing_run(parsing, "--help", NULL);
	help = capture_end();
	ck_assert_int_eq(result, OPTION_DONE);
	for (size_t i = 0; i < program->row_count; i++) {
		ck_assert_ptr_nonnull(strstr(help, program->rows[i].name));
		ck_assert_ptr_nonnull(strstr(help, program->rows[i].help));
	}
	for (line = strtok_r(help, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest))
		ck_assert_uint_le(strlen(line), 80);
	free(help);
}
