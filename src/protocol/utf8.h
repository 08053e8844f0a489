/* SPDX-License-Identifier: MIT */
/* UTF-8 as it arrives: RFC 3629, demanded by RFC 6455 sections 5.6, 8.1. */
#ifndef PROTOCOL_UTF8_H
#define PROTOCOL_UTF8_H

#include "protocol/slice.h"

/*
 * What the bytes so far leave open: how many continuation bytes are missing,
 * and the range of the next one. All zero at the start of a text.
 */
struct utf8 {
	unsigned char missing;
	unsigned char lowest;
	unsigned char highest;
};

/*
 * Goes on with the next bytes of a text. Returns false at the first byte that
 * no UTF-8 text could have there.
 */
bool utf8_continue(struct utf8 *utf8, struct slice bytes);

/* Whether the text may end here: no character is open. */
bool utf8_is_complete(const struct utf8 *utf8);

bool utf8_is_valid(struct slice text);

#endif
