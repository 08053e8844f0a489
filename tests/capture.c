/* SPDX-License-Identifier: MIT */
#include "capture.h"

#include "scratch.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static FILE *kept;
static int captured, original;

void
capture_begin(int descriptor)
{
	fflush(NULL);
	kept = tmpfile();
	ck_assert_ptr_nonnull(kept);
	captured = descriptor;
	original = dup(descriptor);
	ck_assert_int_ge(original, 0);
	dup2(fileno(kept), descriptor);
}

char *
capture_end(void)
{
	fflush(NULL);
	dup2(original, captured);
	close(original);
	return scratch_read_stream(kept);
}

void
capture_end_with(const char *expected)
{
	char *text = capture_end();

	ck_assert_str_eq(text, expected);
	free(text);
}
