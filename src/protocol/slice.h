/* SPDX-License-Identifier: MIT */
/* Borrowed bytes: whoever hands one out says how long it lives. */
#ifndef PROTOCOL_SLICE_H
#define PROTOCOL_SLICE_H

#include <stdbool.h>
#include <stddef.h>

struct slice {
	const char *data;
	size_t length;
};

/* The bytes of a string without its NUL; NULL gives an empty slice. */
struct slice slice_of(const char *string);

bool slice_equals(struct slice a, struct slice b);

/* Compares as ASCII: HTTP's names and RFC 6455's tokens. */
bool slice_equals_ignoring_case(struct slice a, struct slice b);

/* Whether a text begins with another, compared in the same way. */
bool slice_starts_ignoring_case(struct slice text, const char *start);

/* What of a text stands from an offset on, which is within it. */
struct slice slice_from(struct slice text, size_t offset);

/* How many bytes stand before the first one of the stops. */
size_t slice_length_until(struct slice text, const char *stops);

/* Without the spaces and tabs (OWS, RFC 9110 section 5.6.3) at both ends. */
struct slice slice_trim(struct slice text);

/*
 * Takes what stands before the first separator off rest and stores it in part.
 * Returns false when rest has no separator: part is all of it, rest is empty.
 */
bool slice_split(struct slice *rest, char separator, struct slice *part);

#endif
