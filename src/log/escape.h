/* SPDX-License-Identifier: MIT */
/* What a peer sent, so that it can be shown and does nothing else. */
#ifndef LOG_ESCAPE_H
#define LOG_ESCAPE_H

#include <stddef.h>

/* Four bytes of a character, each as \xNN. */
#define ESCAPE_SHOWN_MAX 16

/*
 * Shows the first character of a text, which is not empty: printable UTF-8 as
 * it is; control, bidirectional and other unseen characters, the ASCII ones
 * of the string also, and what is no UTF-8 as \xNN for each byte. Returns how
 * many bytes of the text that was.
 */
size_t escape_character(const char *text, size_t length, const char *also,
	char shown[ESCAPE_SHOWN_MAX + 1], size_t *shown_length);

/* Two of \uXXXX. */
#define ESCAPE_JSON_MAX 12

/*
 * The same within a JSON string (RFC 8259 section 7): printable UTF-8 as it
 * is, all other characters as \uXXXX or with a backslash, and a byte that is
 * no UTF-8 as the character that it would be in ISO 8859-1.
 */
size_t escape_json_character(const char *text, size_t length,
	char shown[ESCAPE_JSON_MAX + 1], size_t *shown_length);

#endif
