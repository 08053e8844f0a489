/* SPDX-License-Identifier: MIT */
#include "service/info.h"

#include "log/escape.h"
#include "log/event.h"
#include "service/echo.h"

#include <inttypes.h>
#include <stdio.h>

#define NUMBER_SIZE 24

/* In the place of a value that nobody else should see. */
#define HIDDEN "(hidden)"

/* The text in the making. */
struct info {
	struct buffer text;
	bool has_failed;
};

static void
add(struct info *info, const char *text)
{
	if (!buffer_append_string(&info->text, text))
		info->has_failed = true;
}

static void
add_string(struct info *info, struct slice text)
{
	add(info, "\"");
	while (text.length > 0) {
		char shown[ESCAPE_JSON_MAX + 1];
		size_t length = 0;
		size_t used = escape_json_character(
			text.data, text.length, shown, &length);

		if (!buffer_append(&info->text, (struct slice){shown, length}))
			info->has_failed = true;
		text.data += used;
		text.length -= used;
	}
	add(info, "\"");
}

static void
add_string_or_null(struct info *info, struct slice text)
{
	if (text.length > 0)
		add_string(info, text);
	else
		add(info, "null");
}

static bool
is_secret(struct slice name)
{
	static const char *const secrets[] = {
		"Authorization", "Cookie", "Proxy-Authorization"};

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (slice_equals_ignoring_case(name, slice_of(secrets[i])))
			return true;
	return false;
}

static void
add_headers(struct info *info, const struct http_head *request)
{
	struct slice rest = request->fields;
	struct http_field field;
	const char *separator = "[";

	add(info, ",\"headers\":[");
	for (; http_field_next(&rest, &field); separator = ",[") {
		if (is_secret(field.name))
			field.value = slice_of(HIDDEN);
		add(info, separator);
		add_string(info, field.name);
		add(info, ",");
		add_string(info, field.value);
		add(info, "]");
	}
	add(info, "]");
}

static void
add_extensions(struct info *info, const struct connection *connection,
	const struct http_head *request)
{
	struct buffer extensions = {0};

	add(info, ",\"extensions\":");
	if (!connection_write_extensions(connection, request, &extensions))
		info->has_failed = true;
	add_string_or_null(info, buffer_bytes(&extensions));
	buffer_release(&extensions);
}

static void
add_tls(struct info *info, const struct service_tls *tls)
{
	if (tls == NULL) {
		add(info, ",\"tls\":null");
		return;
	}
	add(info, ",\"tls\":{\"version\":");
	add_string(info, slice_of(tls->version));
	add(info, ",\"cipher\":");
	add_string(info, slice_of(tls->cipher));
	add(info, ",\"sni\":");
	add_string_or_null(info, slice_of(tls->server_name));
	add(info, ",\"client_subject\":");
	add_string_or_null(info, slice_of(tls->client_subject));
	add(info, "}");
}

static void
add_client(struct info *info, const struct service_context *context)
{
	const struct log_client *client = context->client;
	char number[NUMBER_SIZE];

	snprintf(number, sizeof(number), "%" PRIu64, client->number);
	add(info,
		"{\"server\":\"wsserver " PACKAGE_VERSION "\",\"connection\":");
	add(info, number);
	add(info, ",\"peer\":");
	add_string(info, slice_of(client->peer));
	add(info, ",\"via\":");
	add_string_or_null(info, slice_of(context->via));
	add(info, ",\"path\":");
	add_string(info, (struct slice){client->path, client->path_length});
}

/* The request is there no more once it is accepted, so this comes before. */
static bool
write_info(struct info *info, const struct connection *connection,
	const struct http_head *request, const struct service_context *context)
{
	add_client(info, context);
	add_headers(info, request);
	add(info, ",\"subprotocol\":");
	add_string_or_null(info, context->subprotocol);
	add_extensions(info, connection, request);
	add_tls(info, context->tls);
	add(info, "}");
	return !info->has_failed;
}

static void
refuse(struct connection *connection, const struct http_head *request,
	const struct service_context *context)
{
	static const struct verdict verdict = {
		HTTP_SERVICE_UNAVAILABLE, "out of memory"};
	struct log_refusal refusal = {.why = verdict.why};
	char line[RESPONSE_LINE_SIZE];
	struct response response = response_refuse(verdict, line);

	if (connection_respond(connection, request, &response))
		refusal.status = verdict.code;
	log_refuse(LOG_LEVEL_WARNING, context->client, &refusal);
}

void
info_serve(struct connection *connection, const struct http_head *request,
	const struct service_context *context)
{
	struct info info = {.has_failed = false};
	struct slice text;
	bool is_open = false;

	if (!write_info(&info, connection, request, context))
		refuse(connection, request, context);
	else
		is_open = service_accept(connection, request, context);
	text = buffer_bytes(&info.text);
	if (is_open)
		connection_send(connection, OPCODE_TEXT, &text, 1);
	buffer_release(&info.text);
	if (is_open)
		raw_serve_open(connection, context);
}
