/* SPDX-License-Identifier: MIT */
/* HTTP/1.1 heads: RFC 9112 sections 2 to 5, as far as an upgrade needs. */
#ifndef PROTOCOL_HTTP_H
#define PROTOCOL_HTTP_H

#include "protocol/slice.h"
#include "protocol/verdict.h"

#define HTTP_REQUEST_LINE_MAX 8192
#define HTTP_HEAD_MAX 16384
#define HTTP_FIELDS_MAX 100
#define HTTP_LIST_MAX 32

enum http_status {
	HTTP_SWITCHING_PROTOCOLS = 101,
	HTTP_OK = 200,
	HTTP_NO_CONTENT = 204,
	HTTP_RESET_CONTENT = 205,
	HTTP_FOUND = 302,
	HTTP_NOT_MODIFIED = 304,
	HTTP_BAD_REQUEST = 400,
	HTTP_UNAUTHORIZED = 401,
	HTTP_FORBIDDEN = 403,
	HTTP_NOT_FOUND = 404,
	HTTP_METHOD_NOT_ALLOWED = 405,
	HTTP_REQUEST_TIMEOUT = 408,
	HTTP_URI_TOO_LONG = 414,
	HTTP_UPGRADE_REQUIRED = 426,
	HTTP_TOO_MANY_REQUESTS = 429,
	HTTP_FIELDS_TOO_LARGE = 431,
	HTTP_INTERNAL_ERROR = 500,
	HTTP_SERVICE_UNAVAILABLE = 503,
	HTTP_VERSION_NOT_SUPPORTED = 505,
};

/* "Bad Request" for 400, "Unknown" for what is not registered. */
const char *http_status_reason(unsigned status);

/* How far the end of a head has been looked for. All zero at the start. */
struct http_scanner {
	size_t position;
	size_t start;	    /* of the head, behind empty lines */
	size_t line_start;  /* of the line that position stands in */
	size_t head_length; /* from start, once the head is whole, else 0 */
	unsigned lines;
};

/*
 * Looks for the end of a head in the first length bytes received, at each of
 * them once over all calls. Fails as soon as the bytes at hand show a bare CR
 * or LF or another control character (400), a first line over
 * HTTP_REQUEST_LINE_MAX (414), or more than HTTP_HEAD_MAX bytes or
 * HTTP_FIELDS_MAX fields (431).
 */
struct verdict http_scan(
	struct http_scanner *scanner, const char *data, size_t length);

/* A head taken apart; its slices live as long as the bytes it was read from. */
struct http_head {
	struct slice bytes;  /* all of it */
	struct slice method; /* of a request */
	struct slice target; /* of a request, in origin-form, "*" for OPTIONS */
	struct slice authority; /* of a target that was absolute, or empty */
	unsigned status;	/* of a response */
	struct slice reason;	/* of a response */
	unsigned minor_version;
	struct slice fields; /* the field lines, each well-formed */
};

/*
 * Both take a whole head as http_scan found it. A request fails with 400, or
 * 505 for a version other than 1.x; its target is cut down to origin-form when
 * it is absolute, which may leave a query alone. A response fails with 400.
 */
struct verdict http_request_parse(struct slice bytes, struct http_head *head);
struct verdict http_response_parse(struct slice bytes, struct http_head *head);

/* The target without its query. */
struct slice http_head_path(const struct http_head *head);

/* Stores what stands behind the "?" of the target. False if there is none. */
bool http_head_query(const struct http_head *head, struct slice *query);

/*
 * Whom a request is for: the authority of its target, which outdoes Host (RFC
 * 9112 section 3.2.2), or the value of the first Host; empty without either.
 */
struct slice http_head_host(const struct http_head *head);

struct http_field {
	struct slice name;
	struct slice value;
};

/* Takes the first field off *rest, which starts as head.fields. */
bool http_field_next(struct slice *rest, struct http_field *field);

/* How many fields have this name; stores the value of the first. */
size_t http_field_find(
	const struct http_head *head, const char *name, struct slice *value);

/* A walk over the comma-separated elements of all fields of one name. */
struct http_list {
	struct slice fields;
	struct slice value;
	const char *name;
};

struct http_list http_list_of(const struct http_head *head, const char *name);

/* The next element, trimmed and possibly empty; false behind the last. */
bool http_list_next(struct http_list *list, struct slice *element);

/* Whether a list has this token, compared without regard to case. */
bool http_list_has(
	const struct http_head *head, const char *name, const char *token);

/* Whether text is a token (RFC 9110 section 5.6.2). */
bool http_is_token(struct slice text);

#endif
