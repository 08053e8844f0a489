/* SPDX-License-Identifier: MIT */
/* The test console: one page that tries the server out in a browser. */
#ifndef SERVER_CONSOLE_H
#define SERVER_CONSOLE_H

#include "protocol/buffer.h"
#include "protocol/response.h"

/* What the files in console/ were put together to. */
extern const unsigned char console_page[];
extern const size_t console_page_length;

/*
 * Appends the page, which offers the faults if the server has them. Returns
 * false when memory is short.
 */
bool console_write(struct buffer *body, bool has_faults);

/*
 * Writes the fields that the page comes with: what it consists of may run,
 * nothing else, and it may connect to the host of the request only. Returns
 * false when libcrypto fails.
 */
bool console_write_fields(
	const struct http_head *request, char fields[RESPONSE_FIELDS_MAX + 1]);

#endif
