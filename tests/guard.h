/* SPDX-License-Identifier: MIT */
/* Memory whose end is the end of the world: one byte further faults. */
#ifndef TESTS_GUARD_H
#define TESTS_GUARD_H

#include <stddef.h>

/* A writable copy that ends right before an inaccessible page. */
char *guard_copy(const void *data, size_t length);

/* Frees what guard_copy returned for that length. */
void guard_free(char *copy, size_t length);

#endif
