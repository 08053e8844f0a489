/* SPDX-License-Identifier: MIT */
#include "option/completion.h"

#include <string.h>

#define NOTE "# Made from the options of %s; do not edit.\n"

/* One of the things that an argument such as "stderr|syslog|FILE" allows. */
struct alternative {
	const char *text;
	size_t length;
};

/* Takes the next one off the rest of an argument. */
static bool
next_alternative(const char **rest, struct alternative *alternative)
{
	if (*rest == NULL || **rest == '\0')
		return false;
	alternative->text = *rest;
	alternative->length = strcspn(*rest, "|");
	*rest += alternative->length;
	if (**rest == '|')
		++*rest;
	return true;
}

static bool
is_word(const struct alternative *alternative)
{
	return *alternative->text >= 'a' && *alternative->text <= 'z';
}

/* What is not written in small letters stands for something else. */
static bool
takes_file(const struct option_row *row)
{
	const char *rest = row->argument;
	struct alternative alternative;

	while (next_alternative(&rest, &alternative))
		if (alternative.length == strlen("FILE") &&
			strncmp(alternative.text, "FILE", strlen("FILE")) == 0)
			return true;
	return false;
}

/* Writes the words that an argument may be. Returns whether there are any. */
static bool
write_words(FILE *out, const struct option_row *row)
{
	const char *rest = row->argument, *between = "";
	struct alternative alternative;

	while (next_alternative(&rest, &alternative)) {
		if (!is_word(&alternative))
			continue;
		fprintf(out, "%s%.*s", between, (int)alternative.length,
			alternative.text);
		between = " ";
	}
	return *between != '\0';
}

static bool
has_words(const struct option_row *row)
{
	const char *rest = row->argument;
	struct alternative alternative;

	while (next_alternative(&rest, &alternative))
		if (is_word(&alternative))
			return true;
	return false;
}

/* A text within single quotes, where one character before others matters. */
static void
write_quoted(FILE *out, const char *text, const char *special,
	const char *apostrophe)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'') {
			fputs(apostrophe, out);
			continue;
		}
		if (strchr(special, *text) != NULL)
			putc('\\', out);
		putc(*text, out);
	}
}

static void
write_bash_case(FILE *out, const struct option_row *row)
{
	fprintf(out, "\t--%s", row->name);
	if (row->letter != 0)
		fprintf(out, " | -%c", row->letter);
	fprintf(out, ")\n");
	if (has_words(row)) {
		fprintf(out, "\t\tmapfile -t COMPREPLY < <(compgen -W '");
		write_words(out, row);
		fprintf(out, "' -- \"$cur\")\n");
	}
	if (takes_file(row))
		fprintf(out, "\t\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY "
			     "< <(compgen -f -- \"$cur\")\n"
			     "\t\tcompopt -o filenames 2>/dev/null\n");
	fprintf(out, "\t\treturn\n\t\t;;\n");
}

/*
 * COMP_WORDBREAKS has "=", so that "--log=x" comes as three words.
 */
static void
write_bash(FILE *out, const struct option_program *program)
{
	fprintf(out, "# shellcheck shell=bash\n" NOTE "_%s() {\n",
		program->name, program->name);
	fprintf(out, "\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n"
		     "\tlocal prev=${COMP_WORDS[COMP_CWORD - 1]}\n\n"
		     "\tCOMPREPLY=()\n"
		     "\tif [[ $cur == '=' ]]; then\n\t\tcur=\n"
		     "\telif [[ $prev == '=' ]]; then\n"
		     "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi\n"
		     "\tcase $prev in\n");
	for (size_t i = 0; i < program->row_count; i++)
		if (program->rows[i].argument != NULL)
			write_bash_case(out, &program->rows[i]);
	fprintf(out, "\tesac\n"
		     "\t[[ $cur == -* ]] || return\n"
		     "\tmapfile -t COMPREPLY < <(compgen -W '\n");
	for (size_t i = 0; i < program->row_count; i++)
		fprintf(out, "\t\t--%s%s\n", program->rows[i].name,
			program->rows[i].argument != NULL ? "=" : "");
	fprintf(out,
		"\t' -- \"$cur\")\n"
		"\t[[ ${COMPREPLY-} != *= ]] || compopt -o nospace "
		"2>/dev/null\n"
		"}\n"
		"complete -F _%s %s\n",
		program->name, program->name);
}

/* Behind which it makes no sense to complete anything. */
static bool
is_answered_at_once(const struct option_row *row)
{
	return row->set == NULL;
}

static void
write_zsh_names(FILE *out, const struct option_row *row)
{
	const char *value = row->argument != NULL ? "=" : "";

	if (row->maximum == OPTION_MANY)
		fprintf(out, "'*'");
	else if (is_answered_at_once(row))
		fprintf(out, "'(- *)'");
	else if (row->letter != 0)
		fprintf(out, "'(-%c --%s)'", row->letter, row->name);
	if (row->letter != 0)
		fprintf(out, "{-%c%s,--%s%s}", row->letter,
			row->argument != NULL ? "+" : "", row->name, value);
	else
		fprintf(out, "--%s%s", row->name, value);
}

static void
write_zsh_row(FILE *out, const struct option_row *row)
{
	fprintf(out, " \\\n\t");
	write_zsh_names(out, row);
	fprintf(out, "'[");
	write_quoted(out, row->help, "[]:\\", "'\\''");
	fprintf(out, "]");
	if (row->argument == NULL) {
		fprintf(out, "'");
		return;
	}
	fprintf(out, ":");
	write_quoted(out, row->argument, "[]:\\", "'\\''");
	fprintf(out, ":");
	if (has_words(row) && takes_file(row)) {
		fprintf(out, "_alternative \"words\\:word\\:(");
		write_words(out, row);
		fprintf(out, ")\" \"files\\:file\\:_files\"");
	} else if (has_words(row)) {
		fprintf(out, "(");
		write_words(out, row);
		fprintf(out, ")");
	} else if (takes_file(row)) {
		fprintf(out, "_files");
	} else {
		fprintf(out, " ");
	}
	fprintf(out, "'");
}

static bool
takes_url(const struct option_program *program)
{
	return strstr(program->usage, "[URL]") != NULL;
}

static void
write_zsh(FILE *out, const struct option_program *program)
{
	fprintf(out, "#compdef %s\n" NOTE "_arguments -s -S", program->name,
		program->name);
	for (size_t i = 0; i < program->row_count; i++)
		write_zsh_row(out, &program->rows[i]);
	if (takes_url(program))
		fprintf(out, " \\\n\t'1:URL:_urls'");
	fprintf(out, "\n");
}

static void
write_fish_row(FILE *out, const struct option_program *program,
	const struct option_row *row)
{
	fprintf(out, "complete -c %s", program->name);
	if (row->letter != 0)
		fprintf(out, " -s %c", row->letter);
	fprintf(out, " -l %s", row->name);
	if (row->argument != NULL)
		fprintf(out, takes_file(row) ? " -r -F" : " -x");
	if (has_words(row)) {
		fprintf(out, " -a '");
		write_words(out, row);
		fprintf(out, "'");
	}
	fprintf(out, " -d '");
	write_quoted(out, row->help, "\\", "\\'");
	fprintf(out, "'\n");
}

static void
write_fish(FILE *out, const struct option_program *program)
{
	fprintf(out, NOTE "complete -c %s -f\n", program->name, program->name);
	for (size_t i = 0; i < program->row_count; i++)
		write_fish_row(out, program, &program->rows[i]);
}

bool
completion_write(
	FILE *out, const char *shell, const struct option_program *program)
{
	if (strcmp(shell, "bash") == 0)
		write_bash(out, program);
	else if (strcmp(shell, "zsh") == 0)
		write_zsh(out, program);
	else if (strcmp(shell, "fish") == 0)
		write_fish(out, program);
	else
		return false;
	return true;
}
