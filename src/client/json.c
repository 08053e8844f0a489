/* SPDX-License-Identifier: MIT */
#include "client/json.h"

#include "client/encoding.h"
#include "log/escape.h"
#include "protocol/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <time.h>

void
json_format_time(char text[JSON_TIME_SIZE])
{
	struct timespec now;
	struct tm parts;
	size_t length;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &parts);
	length = strftime(text, JSON_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(text + length, JSON_TIME_SIZE - length, ".%03uZ",
		(unsigned)(now.tv_nsec / 1000000) % 1000);
}

static void
add(struct json *json, struct slice bytes)
{
	if (*json->has_failed || !buffer_append(json->output, bytes))
		*json->has_failed = true;
}

static void
add_text(struct json *json, const char *text)
{
	add(json, slice_of(text));
}

static void
add_quoted(struct json *json, struct slice text)
{
	add_text(json, "\"");
	while (text.length > 0) {
		char shown[ESCAPE_JSON_MAX + 1];
		size_t length = 0;
		size_t used = escape_json_character(
			text.data, text.length, shown, &length);

		add(json, (struct slice){shown, length});
		text.data += used;
		text.length -= used;
	}
	add_text(json, "\"");
}

static void
add_name(struct json *json, const char *name)
{
	add_text(json, ",\"");
	add_text(json, name);
	add_text(json, "\":");
}

void
json_begin(struct json *json, struct buffer *output, bool *has_failed,
	const char *event)
{
	char time[JSON_TIME_SIZE];

	*json = (struct json){output, buffer_length(output), has_failed};
	json_format_time(time);
	add_text(json, "{\"time\":");
	add_quoted(json, slice_of(time));
	json_add_string(json, "event", slice_of(event));
}

void
json_add_string(struct json *json, const char *name, struct slice value)
{
	add_name(json, name);
	add_quoted(json, value);
}

void
json_add_number(struct json *json, const char *name, const char *number)
{
	add_name(json, name);
	add_text(json, number);
}

void
json_add_data(struct json *json, bool is_binary, struct slice data)
{
	if (!is_binary && utf8_is_valid(data)) {
		json_add_string(json, "data", data);
		return;
	}
	add_name(json, "base64");
	add_text(json, "\"");
	if (*json->has_failed || !encoding_write_base64(json->output, data))
		*json->has_failed = true;
	add_text(json, "\"");
}

void
json_end(struct json *json)
{
	add_text(json, "}\n");
	if (*json->has_failed)
		buffer_erase(json->output, json->begin,
			buffer_length(json->output) - json->begin);
}
