/* SPDX-License-Identifier: MIT */
#include "protocol/mask.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

/*
 * Four of the smallest vectors that all processors with vectors have;
 * compilers turn them into words for the others. Each is a variable of its
 * own, for an array would go through memory.
 */
typedef uint64_t vector __attribute__((vector_size(16)));
#define BLOCK (4 * sizeof(vector))

/* From here on it pays to have them where they do not cross cache lines. */
#define ALIGNED_LENGTH_MIN 1024

#define NOT_ASCII UINT64_C(0x8080808080808080)

static inline vector
mask_vector(char *data, vector key)
{
	vector part;

	memcpy(&part, data, sizeof(part));
	part ^= key;
	memcpy(data, &part, sizeof(part));
	return part;
}

/* Masks all whole blocks. Returns what is set in any of their words. */
static uint64_t
mask_blocks(char *data, size_t length, uint64_t word)
{
	vector key = {word, word}, seen = {0, 0};

	for (; length >= BLOCK; data += BLOCK, length -= BLOCK) {
		vector a = mask_vector(data, key);
		vector b = mask_vector(data + sizeof(vector), key);
		vector c = mask_vector(data + 2 * sizeof(vector), key);
		vector d = mask_vector(data + 3 * sizeof(vector), key);

		seen |= (a | b) | (c | d);
	}
	return seen[0] | seen[1];
}

static bool
mask(char *data, size_t length, const unsigned char key[FRAME_MASKING_KEY_SIZE],
	uint64_t offset)
{
	unsigned char turned[sizeof(uint64_t)];
	uint64_t word, seen;
	size_t i = length - length % BLOCK;

	for (size_t k = 0; k < sizeof(turned); k++)
		turned[k] = key[(offset + k) % FRAME_MASKING_KEY_SIZE];
	memcpy(&word, turned, sizeof(word));
	seen = mask_blocks(data, length, word);
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
mask_apply(char *data, size_t length,
	const unsigned char key[FRAME_MASKING_KEY_SIZE], uint64_t offset)
{
	size_t head = -(uintptr_t)data % sizeof(vector);
	bool is_ascii;

	if (length < ALIGNED_LENGTH_MIN || head == 0)
		return mask(data, length, key, offset);
	is_ascii = mask(data, head, key, offset);
	return mask(data + head, length - head, key, offset + head) && is_ascii;
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
