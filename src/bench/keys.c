/* SPDX-License-Identifier: MIT */
#include "bench/keys.h"

#include <openssl/rand.h>
#include <string.h>

bool
keys_next(struct keys *keys, unsigned char key[FRAME_MASKING_KEY_SIZE])
{
	unsigned char *next;

	if (keys->left == 0) {
		if (RAND_bytes(keys->block, sizeof(keys->block)) != 1)
			return false;
		keys->left = sizeof(keys->block);
	}
	keys->left -= FRAME_MASKING_KEY_SIZE;
	next = keys->block + keys->left;
	memcpy(key, next, FRAME_MASKING_KEY_SIZE);
	memset(next, 0, FRAME_MASKING_KEY_SIZE);
	return true;
}
