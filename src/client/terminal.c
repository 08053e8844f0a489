/* SPDX-License-Identifier: MIT */
#include "client/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#define HISTORY_MAX 1000
#define COLUMNS_DEFAULT 80
#define TAB_STOP 8

struct terminal {
	const struct terminal_settings *settings;
	EditLine *editor;
	History *history;
	const char *up;	   /* what moves the cursor up a row, NULL: nothing */
	const char *clear; /* what clears from there to the end, as well */
	bool is_reading;   /* a line is typed */
	bool was_left;	   /* and nothing more is to be shown of it */
};

static struct terminal *
terminal_of(EditLine *editor)
{
	void *terminal = NULL;

	el_get(editor, EL_CLIENTDATA, &terminal);
	return terminal;
}

static char *
prompt_of(EditLine *editor)
{
	return (char *)(uintptr_t)terminal_of(editor)->settings->prompt;
}

/* Reads a character as it was typed; meanwhile others may use the terminal. */
static int
read_character(EditLine *editor, wchar_t *character)
{
	struct terminal *terminal = terminal_of(editor);
	mbstate_t state = {0};

	while (terminal->settings->wait(terminal->settings->state)) {
		char byte;
		ssize_t got = read(STDIN_FILENO, &byte, 1);
		size_t length;

		if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
			break;
		if (got < 0)
			continue;
		length = mbrtowc(character, &byte, 1, &state);
		if (length == 0 || length == 1)
			return 1;
		if (length == (size_t)-1)
			memset(&state, 0, sizeof(state));
	}
	terminal->was_left = true;
	return 0;
}

/* Ctrl-D: the end of input on an empty line, else deletes a character. */
static unsigned char
delete_or_leave(EditLine *editor, int key)
{
	const LineInfoW *line = el_wline(editor);

	(void)key;
	if (line->lastchar == line->buffer)
		return CC_EOF;
	if (line->cursor == line->lastchar)
		return CC_ERROR;
	el_cursor(editor, 1);
	el_deletestr(editor, 1);
	return CC_REFRESH;
}

/* The editor's functions are for one encoding, and messages are UTF-8. */
static void
choose_locale(void)
{
	if (setlocale(LC_CTYPE, "") == NULL ||
		strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

static const char *
capability(EditLine *editor, const char *name)
{
	char wanted[3];
	const char *value = NULL;

	snprintf(wanted, sizeof(wanted), "%s", name);
	if (el_get(editor, EL_GETTC, wanted, &value) != 0)
		return NULL;
	return value;
}

static void
set_up_editor(struct terminal *terminal)
{
	EditLine *editor = terminal->editor;

	el_set(editor, EL_CLIENTDATA, terminal);
	el_set(editor, EL_PROMPT, prompt_of);
	el_set(editor, EL_EDITOR, "emacs");
	el_set(editor, EL_HIST, history, terminal->history);
	el_wset(editor, EL_ADDFN, L"delete-or-leave", L"Delete, or leave",
		delete_or_leave);
	el_set(editor, EL_BIND, "^D", "delete-or-leave", NULL);
	el_set(editor, EL_BIND, "^R", "em-inc-search-prev", NULL);
	el_source(editor, NULL);
	el_set(editor, EL_GETCFN, read_character);
	terminal->up = capability(editor, "up");
	terminal->clear = capability(editor, "cd");
}

static bool
is_loadable(const char *file)
{
	History *loaded = history_init();
	HistEvent event;
	bool is_loaded;

	if (loaded == NULL)
		return false;
	is_loaded = history(loaded, &event, H_LOAD, file) >= 0;
	history_end(loaded);
	return is_loaded;
}

/* NULL: one can be kept there. Devices get none. */
static const char *
why_no_history(const char *file)
{
	struct stat status;
	bool is_there = stat(file, &status) == 0;
	int descriptor;

	if (is_there && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
		return NULL;
	descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (descriptor < 0)
		return strerror(errno);
	close(descriptor);
	return !is_there || status.st_size == 0 || is_loadable(file)
		       ? NULL
		       : "it holds something else";
}

bool
terminal_check_history(const char *file)
{
	const char *why = why_no_history(file);

	if (why != NULL)
		fprintf(stderr, "wsclient: cannot keep a history in '%s': %s\n",
			file, why);
	return why == NULL;
}

static void
set_up_history(struct terminal *terminal)
{
	const char *file = terminal->settings->history;
	HistEvent event;

	history(terminal->history, &event, H_SETSIZE, HISTORY_MAX);
	history(terminal->history, &event, H_SETUNIQUE, 1);
	if (file != NULL)
		history(terminal->history, &event, H_LOAD, file);
}

struct terminal *
terminal_new(const struct terminal_settings *settings)
{
	struct terminal *terminal = calloc(1, sizeof(*terminal));

	if (terminal == NULL)
		return NULL;
	choose_locale();
	terminal->settings = settings;
	terminal->history = history_init();
	terminal->editor = el_init("wsclient", stdin, stdout, stderr);
	if (terminal->history == NULL || terminal->editor == NULL) {
		terminal_free(terminal);
		return NULL;
	}
	set_up_history(terminal);
	set_up_editor(terminal);
	return terminal;
}

/* Nobody else may read what was typed. Closes the stream. */
static bool
save_history(struct terminal *terminal, FILE *stream)
{
	HistEvent event;
	bool is_saved =
		fchmod(fileno(stream), 0600) == 0 &&
		ftruncate(fileno(stream), 0) == 0 &&
		history(terminal->history, &event, H_SAVE_FP, stream) >= 0;

	return fclose(stream) == 0 && is_saved;
}

/* A device such as /dev/null keeps its mode, and no history. */
static bool
is_device(int descriptor)
{
	struct stat status;

	return fstat(descriptor, &status) == 0 && !S_ISREG(status.st_mode);
}

static void
write_history(struct terminal *terminal, const char *file)
{
	int descriptor =
		open(file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	FILE *stream = NULL;

	if (descriptor >= 0 && is_device(descriptor)) {
		close(descriptor);
		return;
	}
	if (descriptor >= 0)
		stream = fdopen(descriptor, "w");
	if (stream != NULL && save_history(terminal, stream))
		return;
	fprintf(stderr, "wsclient: cannot write history '%s': %s\n", file,
		strerror(errno));
	if (stream == NULL && descriptor >= 0)
		close(descriptor);
}

void
terminal_free(struct terminal *terminal)
{
	if (terminal->editor != NULL)
		el_end(terminal->editor);
	if (terminal->history != NULL) {
		if (terminal->settings->history != NULL)
			write_history(terminal, terminal->settings->history);
		history_end(terminal->history);
	}
	free(terminal);
}

static void
remember(struct terminal *terminal, const char *line)
{
	HistEvent event;

	if (*line != '\n' && *line != '\0')
		history(terminal->history, &event, H_ENTER, line);
}

bool
terminal_read(struct terminal *terminal, struct slice *line)
{
	const char *text;
	int length = 0;

	terminal->is_reading = true;
	terminal->was_left = false;
	/* Else what is typed as soon as the prompt stands there is echoed. */
	el_set(terminal->editor, EL_PREP_TERM, 1);
	text = el_gets(terminal->editor, &length);
	terminal->is_reading = false;
	if (text == NULL || length <= 0 || terminal->was_left) {
		if (!terminal->was_left)
			fputs("\n", stdout);
		fflush(stdout);
		return false;
	}
	remember(terminal, text);
	*line = (struct slice){text, (size_t)length};
	if (text[length - 1] == '\n')
		line->length--;
	return true;
}

/* As the editor shows it: ^X, \U+XXXX, or itself. */
static size_t
width_of(wchar_t character)
{
	int width = wcwidth(character);

	if (width >= 0)
		return (size_t)width;
	if (character < 0x80)
		return 2;
	return character > 0xFFFF ? 8 : 7;
}

static void
move_on(struct terminal_position *position, wchar_t character, size_t columns)
{
	size_t width = width_of(character);

	if (character == L'\t')
		width = TAB_STOP - position->column % TAB_STOP;
	if (character == L'\n' || position->column + width > columns) {
		position->row++;
		position->column = 0;
		if (character == L'\n')
			return;
	}
	position->column += width;
	if (position->column >= columns) {
		position->row++;
		position->column = 0;
	}
}

struct terminal_position
terminal_locate(
	const char *prompt, const wchar_t *text, size_t length, size_t columns)
{
	struct terminal_position position = {0, 0};

	for (; *prompt != '\0'; prompt++)
		move_on(&position, (wchar_t)(unsigned char)*prompt, columns);
	for (size_t i = 0; i < length; i++)
		move_on(&position, text[i], columns);
	return position;
}

static size_t
window_columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return COLUMNS_DEFAULT;
	return size.ws_col;
}

void
terminal_erase(struct terminal *terminal)
{
	const LineInfoW *line = el_wline(terminal->editor);
	struct terminal_position position;

	if (!terminal->is_reading)
		return;
	if (terminal->up == NULL || terminal->clear == NULL) {
		fputs("\n", stdout);
		return;
	}
	position = terminal_locate(terminal->settings->prompt, line->buffer,
		(size_t)(line->cursor - line->buffer), window_columns());
	putc('\r', stdout);
	while (position.row-- > 0)
		fputs(terminal->up, stdout);
	fputs(terminal->clear, stdout);
}

void
terminal_leave(struct terminal *terminal)
{
	const LineInfoW *line = el_wline(terminal->editor);

	if (!terminal->is_reading)
		return;
	terminal_erase(terminal);
	el_cursor(terminal->editor, (int)(line->lastchar - line->cursor));
	el_set(terminal->editor, EL_REFRESH);
	fputs("\n", stdout);
}

void
terminal_print(struct terminal *terminal, struct slice lines)
{
	terminal_erase(terminal);
	fwrite(lines.data, 1, lines.length, stdout);
	if (terminal->is_reading)
		el_set(terminal->editor, EL_REFRESH);
	fflush(stdout);
}

void
terminal_resize(struct terminal *terminal)
{
	terminal_erase(terminal);
	el_resize(terminal->editor);
	if (terminal->is_reading)
		el_set(terminal->editor, EL_REFRESH);
	fflush(stdout);
}

void
terminal_resume(struct terminal *terminal)
{
	if (!terminal->is_reading)
		return;
	/* It takes the modes for its own still, which a shell has changed. */
	el_set(terminal->editor, EL_PREP_TERM, 0);
	el_set(terminal->editor, EL_PREP_TERM, 1);
	el_set(terminal->editor, EL_REFRESH);
	fflush(stdout);
}
