/* SPDX-License-Identifier: MIT */
#include "protocol/forwarded.h"

struct http_list
forwarded_list(const struct http_head *request)
{
	return http_list_of(request, "X-Forwarded-For");
}

bool
forwarded_next(struct http_list *list, struct endpoint *hop)
{
	struct slice element;

	do {
		if (!http_list_next(list, &element))
			return false;
	} while (element.length == 0);
	if (!endpoint_parse(hop, element))
		*hop = (struct endpoint){.host_length = 0};
	return true;
}
