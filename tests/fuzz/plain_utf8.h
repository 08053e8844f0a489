/* SPDX-License-Identifier: MIT */
/* UTF-8 as RFC 3629 says it, by the numbers of the characters. */
#ifndef FUZZ_PLAIN_UTF8_H
#define FUZZ_PLAIN_UTF8_H

#include "protocol/slice.h"

#include <stdint.h>

/*
 * The number of the first character, which is taken off text; UINT32_MAX when
 * there is none or it is malformed.
 */
uint32_t plain_utf8_take(struct slice *text);

bool plain_utf8_is_valid(struct slice text);

/* Whether there is a text that begins so. */
bool plain_utf8_may_begin(struct slice start);

#endif
