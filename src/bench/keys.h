/* SPDX-License-Identifier: MIT */
/* Masking keys by the million: RFC 6455 section 5.3. */
#ifndef BENCH_KEYS_H
#define BENCH_KEYS_H

#include "protocol/frame.h"

#define KEYS_BLOCK 4096

/*
 * As struct masking_keys, of which each connection has one, but for all of
 * them and from blocks that are worth their call. All zero at the start.
 */
struct keys {
	unsigned char block[KEYS_BLOCK];
	size_t left;
};

/* Takes a key and erases it. Returns false when there is no randomness. */
bool keys_next(struct keys *keys, unsigned char key[FRAME_MASKING_KEY_SIZE]);

#endif
