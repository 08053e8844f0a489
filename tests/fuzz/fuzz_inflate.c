/* SPDX-License-Identifier: MIT */
/*
 * Raw inflate: a byte of choices (1 without takeover, 2 to 8 the window, the
 * rest the limit, bits), splits, bytes. In whatever pieces the same comes out.
 */
#include "fuzz.h"
#include "payloads.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = input_of(data, size);
	unsigned choice = input_take(&input);
	struct splits splits = input_take_splits(&input);
	struct deflate_direction direction = {
		8 + (int)(choice >> 1 & 7), choice & 1};
	size_t max = ((size_t)1 << (choice >> 4)) - (choice & 1);

	payloads_compare(&direction, input, splits, max);
	return 0;
}
