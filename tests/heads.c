/* SPDX-License-Identifier: MIT */
#include "heads.h"

#include "guard.h"
#include "protocol/buffer.h"
#include "suite.h"

#include <stdint.h>
#include <string.h>

struct http_head
head_parse(const char *text)
{
	bool response = strncmp(text, "HTTP/", 5) == 0;
	size_t length = strlen(text) + 2;
	struct buffer whole = {0};
	struct http_head head;
	struct slice bytes;

	ck_assert(buffer_append_string(&whole, text));
	ck_assert(buffer_append_string(&whole, "\r\n"));
	bytes = (struct slice){
		guard_copy(buffer_bytes(&whole).data, length), length};
	buffer_release(&whole);
	ck_assert(verdict_is_fine(response ? http_response_parse(bytes, &head)
					   : http_request_parse(bytes, &head)));
	return head;
}

void
head_forget(struct http_head *head)
{
	guard_free((char *)(uintptr_t)head->bytes.data, head->bytes.length);
}

void
assert_code(struct verdict verdict, unsigned code)
{
	ck_assert_uint_eq(verdict.code, code);
	ck_assert((verdict.why == NULL) == (code == 0));
}
