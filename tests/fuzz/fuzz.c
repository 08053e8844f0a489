/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPLITS_MAX 7

/* What a Close frame has room for behind the code. */
#define WHY_MAX 123

void
require_failed(const char *it, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, it);
	abort();
}

struct slice
input_of(const uint8_t *data, size_t size)
{
	return (struct slice){(const char *)data, size};
}

unsigned
input_take(struct slice *input)
{
	unsigned byte;

	if (input->length == 0)
		return 0;
	byte = (unsigned char)input->data[0];
	input->data++;
	input->length--;
	return byte;
}

struct splits
input_take_splits(struct slice *input)
{
	struct splits splits = {{NULL, input_take(input) & SPLITS_MAX}, 0};

	if (splits.sizes.length > input->length)
		splits.sizes.length = input->length;
	splits.sizes.data = input->data;
	input->data += splits.sizes.length;
	input->length -= splits.sizes.length;
	return splits;
}

void
require_code(struct verdict verdict, const unsigned *codes)
{
	require(verdict_is_fine(verdict) == (verdict.why == NULL));
	if (verdict_is_fine(verdict))
		return;
	require(strlen(verdict.why) <= WHY_MAX);
	while (*codes != 0 && *codes != verdict.code)
		codes++;
	require(*codes != 0);
}
