/* SPDX-License-Identifier: MIT */
#include "protocol/mask.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

#define WORDS_IN_BLOCK 8
#define NOT_ASCII UINT64_C(0x8080808080808080)

/* A fixed count of words, which compilers turn into vector instructions. */
static uint64_t
mask_block(char *data, uint64_t key)
{
	uint64_t words[WORDS_IN_BLOCK], seen = 0;

	memcpy(words, data, sizeof(words));
	for (int i = 0; i < WORDS_IN_BLOCK; i++)
		words[i] ^= key;
	for (int i = 0; i < WORDS_IN_BLOCK; i++)
		seen |= words[i];
	memcpy(data, words, sizeof(words));
	return seen;
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
	for (; length - i >= WORDS_IN_BLOCK * sizeof(word);
		i += WORDS_IN_BLOCK * sizeof(word))
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
