/* SPDX-License-Identifier: MIT */
#include "protocol/response.h"

#include "protocol/handshake.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define DATE_SIZE 64

/* Fields that a status brings along, each with its CR LF. */
static const char *
fields_of(unsigned status)
{
	switch (status) {
	case HTTP_UPGRADE_REQUIRED:
		return "Upgrade: websocket\r\n"
		       "Connection: Upgrade\r\n"
		       "Sec-WebSocket-Version: " HANDSHAKE_VERSION "\r\n";
	case HTTP_NO_CONTENT:
	case HTTP_METHOD_NOT_ALLOWED:
		return "Allow: " RESPONSE_METHODS "\r\n";
	case HTTP_SERVICE_UNAVAILABLE:
		return "Retry-After: 5\r\n";
	default:
		return "";
	}
}

/* RFC 9110 section 5.6.7, in every locale. */
static void
format_date(time_t now, char text[DATE_SIZE])
{
	static const char *const days[] = {
		"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm parts;

	gmtime_r(&now, &parts);
	snprintf(text, DATE_SIZE, "%s, %02d %s %d %02d:%02d:%02d GMT",
		days[parts.tm_wday], parts.tm_mday, months[parts.tm_mon],
		parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
		parts.tm_sec);
}

static bool
may_have_body(const struct response *response)
{
	return response->status != HTTP_NO_CONTENT &&
	       response->status != HTTP_RESET_CONTENT &&
	       response->status != HTTP_NOT_MODIFIED;
}

struct slice
response_write_head(const struct response *response, time_t now,
	char head[RESPONSE_HEAD_SIZE])
{
	const char *type = response->type, *fields = response->fields;
	char date[DATE_SIZE], body[RESPONSE_LINE_SIZE] = "";
	int length;

	assert(fields == NULL || strlen(fields) <= RESPONSE_FIELDS_MAX);
	if (may_have_body(response))
		snprintf(body, sizeof(body),
			"Content-Type: %s\r\nContent-Length: %zu\r\n",
			type != NULL ? type : "text/plain; charset=utf-8",
			response->body.length);
	format_date(now, date);
	length = snprintf(head, RESPONSE_HEAD_SIZE,
		"HTTP/1.1 %u %s\r\nDate: %s\r\n%s%s%s"
		"Connection: close\r\n\r\n",
		response->status, http_status_reason(response->status), date,
		fields_of(response->status), fields != NULL ? fields : "",
		body);
	assert(length > 0 && length < RESPONSE_HEAD_SIZE);
	return (struct slice){head, (size_t)length};
}

struct slice
response_content(const struct response *response)
{
	if (response->is_to_head || !may_have_body(response))
		return (struct slice){NULL, 0};
	return response->body;
}

struct response
response_refuse(struct verdict verdict, char line[RESPONSE_LINE_SIZE])
{
	snprintf(line, RESPONSE_LINE_SIZE, "%s\n", verdict.why);
	return (struct response){
		.status = verdict.code, .body = slice_of(line)};
}
