/* SPDX-License-Identifier: MIT */
#include "bench/options.h"
#include "client/options.h"
#include "option/completion.h"
#include "scratch.h"
#include "server/options.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_program *const programs[] = {
	&bench_program, &client_program, &options_program};

static char *
write_for(const char *shell, const struct option_program *program)
{
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	ck_assert(completion_write(file, shell, program));
	rewind(file);
	return scratch_read_stream(file);
}

static void
assert_has(const char *text, const char *wanted)
{
	ck_assert_msg(strstr(text, wanted) != NULL, "no '%s'", wanted);
}

/* Looks for each row of a program, as one shell has it. */
static void
assert_each(const char *shell, const struct option_program *program,
	void (*write)(char wanted[128], const struct option_row *row))
{
	char *text = write_for(shell, program);

	for (size_t i = 0; i < program->row_count; i++) {
		char wanted[128];

		write(wanted, &program->rows[i]);
		assert_has(text, wanted);
	}
	free(text);
}

static const char *
equals_of(const struct option_row *row)
{
	return row->argument != NULL ? "=" : "";
}

static void
write_bash(char wanted[128], const struct option_row *row)
{
	snprintf(wanted, 128, "\n\t\t--%s%s\n", row->name, equals_of(row));
}

START_TEST(bash_completes_each_option)
{
	assert_each("bash", programs[_i], write_bash);
}
END_TEST

static void
write_zsh(char wanted[128], const struct option_row *row)
{
	if (row->letter == 0)
		snprintf(wanted, 128, "--%s%s'[", row->name, equals_of(row));
	else
		snprintf(wanted, 128, "{-%c%s,--%s%s}'[", row->letter,
			row->argument != NULL ? "+" : "", row->name,
			equals_of(row));
}

START_TEST(zsh_completes_each_option)
{
	assert_each("zsh", programs[_i], write_zsh);
}
END_TEST

static void
write_fish(char wanted[128], const struct option_row *row)
{
	if (row->letter == 0)
		snprintf(wanted, 128, " -l %s -", row->name);
	else
		snprintf(wanted, 128, " -s %c -l %s -", row->letter, row->name);
}

START_TEST(fish_completes_each_option)
{
	assert_each("fish", programs[_i], write_fish);
}
END_TEST

/* What is told of values: files, words, both; and what may come again. */
static const char *const values[][3] = {
	{"bash",
		"\t--log-format)\n\t\tmapfile -t COMPREPLY < <(compgen -W "
		"'auto plain text json' -- \"$cur\")\n\t\treturn\n",
		"compgen -W 'stderr syslog' --"},
	{"zsh",
		"--log-format='[its form (auto)]:auto|plain|text|json:(auto "
		"plain text json)'",
		"'*'{-a+,--address=}'["},
	{"fish", " -l log-format -x -a 'auto plain text json' -d ",
		" -l log -r -F -a 'stderr syslog' -d "},
};

START_TEST(completes_values_that_are_known)
{
	char *text = write_for(values[_i][0], &options_program);

	assert_has(text, values[_i][1]);
	assert_has(text, values[_i][2]);
	free(text);
}
END_TEST

START_TEST(knows_no_other_shell)
{
	FILE *file = tmpfile();

	ck_assert_ptr_nonnull(file);
	ck_assert(!completion_write(file, "csh", &options_program));
	ck_assert_int_eq(ftell(file), 0);
	fclose(file);
}
END_TEST

/* What the help calls repeatable the table does, and the other way round. */
START_TEST(tables_say_what_is_repeatable)
{
	const struct option_program *program = programs[_i];

	for (size_t i = 0; i < program->row_count; i++) {
		const struct option_row *row = &program->rows[i];
		bool is_said = strstr(row->help, "repeatable") != NULL;

		ck_assert_msg(is_said == (row->maximum == OPTION_MANY), "--%s",
			row->name);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("completion");
	TCase *cases = tcase_create("completion");
	int count = COUNT_OF(programs);

	tcase_add_loop_test(cases, bash_completes_each_option, 0, count);
	tcase_add_loop_test(cases, zsh_completes_each_option, 0, count);
	tcase_add_loop_test(cases, fish_completes_each_option, 0, count);
	tcase_add_loop_test(
		cases, completes_values_that_are_known, 0, COUNT_OF(values));
	tcase_add_test(cases, knows_no_other_shell);
	tcase_add_loop_test(cases, tables_say_what_is_repeatable, 0, count);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
