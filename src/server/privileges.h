/* SPDX-License-Identifier: MIT */
/* Becoming another user for good. */
#ifndef SERVER_PRIVILEGES_H
#define SERVER_PRIVILEGES_H

#include <stdbool.h>

/*
 * Looks the names up, so that a wrong one is told before anything is done;
 * NULL for none. Returns false with the name told on stderr.
 */
bool privileges_check(const char *user, const char *group);

/*
 * Takes on the user's groups and user, or the group alone, and can never go
 * back. Returns false with what failed told on stderr.
 */
bool privileges_drop(const char *user, const char *group);

#endif
