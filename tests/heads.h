/* SPDX-License-Identifier: MIT */
/* The heads of an opening handshake, as text and parsed. */
#ifndef TESTS_HEADS_H
#define TESTS_HEADS_H

#include "protocol/http.h"

/* The fields and lines of sections 1.2 and 1.3. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

#define LINE "GET /chat HTTP/1.1\r\n"
#define HOST "Host: server.example.com\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define VERSION_13 "Sec-WebSocket-Version: 13\r\n"
#define KEY_FIELD "Sec-WebSocket-Key: " KEY "\r\n"
#define REQUEST LINE HOST UPGRADE KEY_FIELD VERSION_13

#define SWITCHING "HTTP/1.1 101 Switching Protocols\r\n"
#define ACCEPT_FIELD "Sec-WebSocket-Accept: " ACCEPT "\r\n"
#define RESPONSE SWITCHING UPGRADE ACCEPT_FIELD

/*
 * A head without its last, empty line, parsed at a guard page; to be forgotten
 * once it was looked at.
 */
struct http_head head_parse(const char *text);
void head_forget(struct http_head *head);

/* That a verdict has this code, and says why unless it is 0. */
void assert_code(struct verdict verdict, unsigned code);

#endif
