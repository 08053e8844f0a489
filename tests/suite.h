/* SPDX-License-Identifier: MIT */
/* The main function of a file of unit tests, and what they share. */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>
#include <stddef.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What stream tests repeat over; the last stands for everything at once. */
extern const size_t chunk_sizes[];
extern const size_t chunk_size_count;

/* As socketpair, but over TCP on the loopback; pair[0] was accepted. */
void suite_tcp_pair(int pair[2]);

/* Runs a suite as check's environment variables say. Returns main's result. */
int suite_run(Suite *suite);

#endif
