/* SPDX-License-Identifier: MIT */
/* UTF-8 many bytes at a time, where the processor can. */
#ifndef PROTOCOL_UTF8_BLOCKS_H
#define PROTOCOL_UTF8_BLOCKS_H

#include <stddef.h>

/*
 * Returns how many of the bytes, which start with a character, are known to be
 * whole characters of UTF-8; what is behind them may be, too: the last bytes,
 * those around a bad one, and on other processors all.
 */
size_t utf8_blocks(const unsigned char *bytes, size_t length);

#endif
