/* SPDX-License-Identifier: MIT */
/* Answers in plain HTTP to what does not become a WebSocket. */
#ifndef SERVER_PAGES_H
#define SERVER_PAGES_H

#include "protocol/http.h"

#define PAGE_SIZE_MAX 1024

/*
 * Writes a response whose body is the verdict's sentence, left out for a
 * HEAD request or the status 204, into page. It ends the connection. Returns
 * the bytes written.
 */
struct slice page_write(
	char page[PAGE_SIZE_MAX], struct verdict verdict, bool has_body);

/* What is answered to a good request that asks for no upgrade. */
struct verdict page_find(const struct http_head *request);

#endif
