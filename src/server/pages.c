/* SPDX-License-Identifier: MIT */
#include "server/pages.h"

#include "protocol/handshake.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define METHODS "GET, HEAD, OPTIONS"

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
		return "Allow: " METHODS "\r\n";
	case HTTP_SERVICE_UNAVAILABLE:
		return "Retry-After: 5\r\n";
	default:
		return "";
	}
}

static void
format_date(char *text, size_t size)
{
	static const char *const days[] = {
		"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t now = time(NULL);
	struct tm parts;

	gmtime_r(&now, &parts);
	snprintf(text, size, "%s, %02d %s %d %02d:%02d:%02d GMT",
		days[parts.tm_wday], parts.tm_mday, months[parts.tm_mon],
		parts.tm_year + 1900, parts.tm_hour, parts.tm_min,
		parts.tm_sec);
}

struct slice
page_write(char page[PAGE_SIZE_MAX], struct verdict verdict, bool has_body)
{
	char date[64], content[128] = "";
	int length;

	format_date(date, sizeof(date));
	if (verdict.code != HTTP_NO_CONTENT)
		snprintf(content, sizeof(content),
			"Content-Type: text/plain; charset=utf-8\r\n"
			"Content-Length: %zu\r\n",
			strlen(verdict.why) + 1);
	else
		has_body = false;
	length = snprintf(page, PAGE_SIZE_MAX,
		"HTTP/1.1 %u %s\r\n"
		"Date: %s\r\n"
		"%s%s"
		"Connection: close\r\n"
		"\r\n"
		"%s%s",
		verdict.code, http_status_reason(verdict.code), date,
		fields_of(verdict.code), content, has_body ? verdict.why : "",
		has_body ? "\n" : "");
	return (struct slice){page, (size_t)length};
}

struct verdict
page_find(const struct http_head *request)
{
	if (slice_equals(request->method, slice_of("OPTIONS")))
		return (struct verdict){HTTP_NO_CONTENT, "options"};
	if (slice_equals(request->method, slice_of("GET")) ||
		slice_equals(request->method, slice_of("HEAD")))
		return (struct verdict){HTTP_UPGRADE_REQUIRED,
			"this is a WebSocket server: ask for an upgrade"};
	return (struct verdict){
		HTTP_METHOD_NOT_ALLOWED, "only " METHODS " are answered"};
}
