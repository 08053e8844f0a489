/* SPDX-License-Identifier: MIT */
#include "protocol/mask.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

/*
 * Four of the smallest vectors that all processors with vectors have;
 * compilers turn them into words for the others.
 */
typedef uint64_t vector __attribute__((vector_size(16)));
#define VECTORS 4
#define BLOCK (VECTORS * sizeof(vector))

#define NOT_ASCII UINT64_C(0x8080808080808080)

static uint64_t
mask_block(char *data, uint64_t word)
{
	vector block[VECTORS], key = {word, word}, seen = {0, 0};

	memcpy(block, data, sizeof(block));
	for (int i = 0; i < VECTORS; i++) {
		block[i] ^= key;
		seen |= block[i];
	}
	memcpy(data, block, sizeof(block));
	return seen[0] | seen[1];
}

bool
mask_apply(char *data, size_t length,
	const unsigned char key[FRAME_MASKING_KEY_SIZE], uint64_t offset)
{
	unsigned char turned[sizeof(uint64_t)];
	uint64_t word, seen = 0;
	size_t i = 0;

	for (size_t k = 0; k < sizeof(turned); k++)
		turned[k] = key[(offset + k) % FRAME_MASKING_KEY_SIZE];
	memcpy(&word, turned, sizeof(word));
	for (; length - i >= BLOCK; i += BLOCK)
		seen |= mask_block(data + i, word);
	for (; length - i >= sizeof(word); i += sizeof(word)) {
		uint64_t part;

		memcpy(&part, data + i, sizeof(part));
		part ^= word;
		seen |= part;
		memcpy(data + i, &part, sizeof(part));
	}
	for (; i < length; i++) {
		data[i] = (char)(data[i] ^ turned[i % sizeof(turned)]);
		seen |= (unsigned char)data[i];
	}
	return (seen & NOT_ASCII) == 0;
}

bool
masking_keys_next(
	struct masking_keys *keys, unsigned char key[FRAME_MASKING_KEY_SIZE])
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
	OPENSSL_cleanse(next, FRAME_MASKING_KEY_SIZE);
	return true;
}
