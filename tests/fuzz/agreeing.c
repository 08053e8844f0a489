/* SPDX-License-Identifier: MIT */
#include "agreeing.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#define FIELD "Sec-WebSocket-Extensions:"

static const struct deflate_settings generous = {true, false, 15, 1};

/* In memory of its own length: behind it nothing may be read. */
struct http_head
agreeing_head_of(struct slice lines)
{
	struct http_head head = {.status = HTTP_SWITCHING_PROTOCOLS};
	struct buffer fields = {0};
	struct slice line;
	char *copy;

	while (slice_split(&lines, '\n', &line) || line.length > 0) {
		require(buffer_append_string(&fields, FIELD) &&
			buffer_append(&fields, line) &&
			buffer_append_string(&fields, "\r\n"));
	}
	head.fields.length = buffer_length(&fields);
	copy = malloc(head.fields.length + 1);
	require(copy != NULL);
	head.fields.data = copy + 1;
	if (fields.data != NULL)
		memcpy(copy + 1, fields.data, head.fields.length);
	buffer_release(&fields);
	return head;
}

void
agreeing_release(struct http_head *head)
{
	free((char *)(uintptr_t)head->fields.data - 1);
}

void
agreeing_require_windows(const struct deflate_agreement *agreement, int window)
{
	if (!agreement->enabled)
		return;
	require(agreement->from_server.window >= 8);
	require(agreement->from_client.window >= 8);
	require(agreement->from_server.window <= window);
	require(agreement->from_client.window <= DEFLATE_WINDOW_MAX);
}

void
agreeing_require_understood(
	struct slice answer, const struct deflate_agreement *agreement)
{
	struct deflate_agreement clients;
	struct http_head head = agreeing_head_of(answer);

	require(deflate_check(&head, &generous, &clients).code == 0);
	require(clients.enabled == agreement->enabled);
	require(clients.from_server.window >= agreement->from_server.window);
	require(clients.from_client.window <= agreement->from_client.window);
	require(clients.from_server.no_takeover ==
		agreement->from_server.no_takeover);
	require(clients.from_client.no_takeover ==
		agreement->from_client.no_takeover);
	agreeing_release(&head);
}
