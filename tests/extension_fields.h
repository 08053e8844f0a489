/* SPDX-License-Identifier: MIT */
/* Heads that are about extensions, at a guard page. */
#ifndef TESTS_EXTENSION_FIELDS_H
#define TESTS_EXTENSION_FIELDS_H

#include "protocol/http.h"

/*
 * A head with status 101 that has a Sec-WebSocket-Extensions for each line of
 * values, none for NULL, behind a field that is none.
 */
struct http_head extension_fields_of(const char *values);

void extension_fields_free(struct http_head *head);

#endif
