/* SPDX-License-Identifier: MIT */
/* What is printed on standard output or standard error. */
#ifndef TESTS_CAPTURE_H
#define TESTS_CAPTURE_H

/* From now on what goes to this descriptor is kept; one at a time. */
void capture_begin(int descriptor);

/* Puts the descriptor back. Returns what was kept, to be freed. */
char *capture_end(void);

/* Compares the same, literally. */
void capture_end_with(const char *expected);

#endif
