/* SPDX-License-Identifier: MIT */
/* Bytes as text: hexadecimal digits, and base64 as of RFC 4648 section 4. */
#ifndef CLIENT_ENCODING_H
#define CLIENT_ENCODING_H

#include "protocol/buffer.h"

/* Append to output. Return false when memory is short. */
bool encoding_write_hex(struct buffer *output, struct slice bytes);
bool encoding_write_base64(struct buffer *output, struct slice bytes);

/*
 * Append to output what a text stands for. White space may stand around it,
 * and between the bytes of a hexadecimal one. Return NULL, or a phrase that
 * says what is wrong.
 */
const char *encoding_read_hex(struct buffer *output, struct slice text);
const char *encoding_read_base64(struct buffer *output, struct slice text);

#endif
