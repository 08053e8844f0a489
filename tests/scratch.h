/* SPDX-License-Identifier: MIT */
/* A directory of temporary files, as long as a test runs. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <stdio.h>

/* Makes the directory and works there: file names need no path. */
void scratch_enter(void);

/* Removes the directory with its files, and works where it did before. */
void scratch_leave(void);

/* The bytes of a file as a string, to be freed. */
char *scratch_read(const char *name);

/* The same of a stream, which is closed. */
char *scratch_read_stream(FILE *stream);

#endif
