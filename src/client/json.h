/* SPDX-License-Identifier: MIT */
/* An event as a JSON object on a line of its own: RFC 8259. */
#ifndef CLIENT_JSON_H
#define CLIENT_JSON_H

#include "protocol/buffer.h"

struct json {
	struct buffer *output;
	size_t begin; /* of the object, in the output */
	bool *has_failed;
};

/* "2026-11-22T16:28:01.123Z" */
#define JSON_TIME_SIZE 32
void json_format_time(char text[JSON_TIME_SIZE]);

/*
 * Begins an object with the time and the event's name. Without memory
 * *has_failed becomes true; while it is, nothing is written.
 */
void json_begin(struct json *json, struct buffer *output, bool *has_failed,
	const char *event);

/* The value is UTF-8; what would not show itself is written as \uXXXX. */
void json_add_string(struct json *json, const char *name, struct slice value);

/* The number as it is written. */
void json_add_number(struct json *json, const char *name, const char *number);

/* Text as "data"; what is binary, or no UTF-8, as "base64". */
void json_add_data(struct json *json, bool is_binary, struct slice data);

/* Ends it. If anything of the object failed, nothing of it is left. */
void json_end(struct json *json);

#endif
