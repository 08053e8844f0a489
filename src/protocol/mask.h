/* SPDX-License-Identifier: MIT */
/* Masking of payloads: RFC 6455 section 5.3. */
#ifndef PROTOCOL_MASK_H
#define PROTOCOL_MASK_H

#include "protocol/frame.h"

/*
 * Masks or unmasks data in place, the first byte being number offset of its
 * frame's payload. Returns whether what came out is ASCII throughout: known
 * here for nothing, while the bytes are at hand.
 */
bool mask_apply(char *data, size_t length,
	const unsigned char key[FRAME_MASKING_KEY_SIZE], uint64_t offset);

#define MASKING_KEYS_BLOCK 64

/* Masking keys to come, from a strong source. All zero at the start. */
struct masking_keys {
	unsigned char block[MASKING_KEYS_BLOCK];
	size_t left;
};

/*
 * Takes a key that nobody can foresee and erases it from the block. Returns
 * false when there is no randomness.
 */
bool masking_keys_next(
	struct masking_keys *keys, unsigned char key[FRAME_MASKING_KEY_SIZE]);

#endif
