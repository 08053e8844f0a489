/* SPDX-License-Identifier: MIT */
/* Sec-WebSocket-Extensions: RFC 6455 section 9.1, as elements of lists. */
#ifndef PROTOCOL_EXTENSION_H
#define PROTOCOL_EXTENSION_H

#include "protocol/http.h"

/* Longer values of parameters are well-formed, but no value that we know. */
#define EXTENSION_VALUE_MAX 15

/* An element of the list: a name, and the parameters behind it. */
struct extension {
	struct slice name;
	struct slice parameters; /* for extension_next_parameter */
};

struct extension_parameter {
	struct slice name;
	bool has_value;
	bool is_too_long;		     /* value is cut then */
	char value[EXTENSION_VALUE_MAX + 1]; /* unquoted, with a NUL */
};

/* A walk over the extensions of all fields of a head, in their order. */
struct extension_walk {
	struct http_list elements;
};

/*
 * Whether all Sec-WebSocket-Extensions fields of a head are well-formed: each
 * element a token with parameters, whose values are tokens, or quoted strings
 * that hold tokens (section 9.1); spaces and tabs may stand around ",", ";"
 * and "=". Empty elements are passed over (RFC 9110 section 5.6.1), but there
 * are at most HTTP_LIST_MAX elements with them.
 */
bool extension_is_well_formed(const struct http_head *head);

/*
 * Both are for heads that are well-formed in that sense; what they hand out
 * lives as long as the head's bytes.
 */
struct extension_walk extension_walk_of(const struct http_head *head);
bool extension_next(struct extension_walk *walk, struct extension *extension);

/*
 * Takes the first parameter off the extension's. False when there is none, or
 * it is malformed, which then stays there.
 */
bool extension_next_parameter(
	struct extension *extension, struct extension_parameter *parameter);

#endif
