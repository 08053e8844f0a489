/* SPDX-License-Identifier: MIT */
#include "manual.h"

#include "scratch.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *
read_manual(const struct option_program *program)
{
	const char *top = getenv("top_srcdir");
	char path[4096];

	snprintf(path, sizeof(path), "%s/man/%s.1", top != NULL ? top : "..",
		program->name);
	return scratch_read(path);
}

/* Whether there is ".It Fl p , -port ..." or ".It Fl -port ...". */
static bool
has_item(const char *manual, const struct option_row *row)
{
	char item[128];
	int length = row->letter != 0
			     ? snprintf(item, sizeof(item), "\n.It Fl %c , -%s",
				       row->letter, row->name)
			     : snprintf(item, sizeof(item), "\n.It Fl -%s",
				       row->name);

	while ((manual = strstr(manual, item)) != NULL) {
		manual += length;
		if (*manual == ' ' || *manual == '\n')
			return true;
	}
	return false;
}

void
manual_has_all(const struct option_program *program)
{
	char *manual = read_manual(program);

	for (size_t i = 0; i < program->row_count; i++)
		ck_assert_msg(has_item(manual, &program->rows[i]),
			"no item for --%s", program->rows[i].name);
	free(manual);
}

bool
manual_has_line(const struct option_program *program, const char *line)
{
	char *manual = read_manual(program), text[256];
	bool has_line;

	snprintf(text, sizeof(text), "\n%s\n", line);
	has_line = strstr(manual, text) != NULL;
	free(manual);
	return has_line;
}
