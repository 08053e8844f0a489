/* SPDX-License-Identifier: MIT */
/* An HTTP response that ends its connection: RFC 9110 section 15, RFC 9112. */
#ifndef PROTOCOL_RESPONSE_H
#define PROTOCOL_RESPONSE_H

#include "protocol/http.h"

#include <time.h>

#define RESPONSE_METHODS "GET, HEAD, OPTIONS"
#define RESPONSE_HEAD_SIZE 2048
#define RESPONSE_FIELDS_MAX 1024 /* of the head */

struct response {
	unsigned status;
	const char *type;   /* of the body; NULL: plain text */
	const char *fields; /* more of them, each with CR LF; NULL: none */
	struct slice body;  /* of any length */
	bool is_to_head;    /* the body is announced, and left out */
};

/*
 * Writes the head, with what its status demands (Allow, Retry-After, the
 * fields of an upgrade). A 204, 205 or 304 announces no body. Returns the
 * bytes written.
 */
struct slice response_write_head(const struct response *response, time_t now,
	char head[RESPONSE_HEAD_SIZE]);

/* What follows the head: the body, or nothing. */
struct slice response_content(const struct response *response);

#define RESPONSE_LINE_SIZE 128

/* What a verdict comes to: its code, its sentence as a line of text. */
struct response response_refuse(
	struct verdict verdict, char line[RESPONSE_LINE_SIZE]);

#endif
