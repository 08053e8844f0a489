/* SPDX-License-Identifier: MIT */
#include "extension_fields.h"

#include "guard.h"
#include "protocol/buffer.h"
#include "suite.h"

#include <stdint.h>

static void
append(struct buffer *text, struct slice bytes)
{
	ck_assert(buffer_append(text, bytes));
}

struct http_head
extension_fields_of(const char *values)
{
	struct slice rest = slice_of(values), line;
	struct http_head head = {.status = HTTP_SWITCHING_PROTOCOLS};
	struct buffer text = {0};

	append(&text, slice_of("Extensions: permessage-deflate, a b\r\n"));
	while (rest.data != NULL) {
		slice_split(&rest, '\n', &line);
		append(&text, slice_of("sec-WebSocket-EXTENSIONS:"));
		append(&text, line);
		append(&text, slice_of("\r\n"));
	}
	head.fields = buffer_bytes(&text);
	head.fields.data = guard_copy(head.fields.data, head.fields.length);
	buffer_release(&text);
	return head;
}

void
extension_fields_free(struct http_head *head)
{
	guard_free((char *)(uintptr_t)head->fields.data, head->fields.length);
}
