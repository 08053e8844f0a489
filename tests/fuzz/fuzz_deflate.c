/* SPDX-License-Identifier: MIT */
/*
 * There and back: a byte of choices (1 without takeover, 2 little memory, 4 to
 * 16 the window, the rest the level), splits, a message for each.
 */
#include "fuzz.h"
#include "payloads.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = input_of(data, size);
	unsigned choice = input_take(&input);
	struct splits splits = input_take_splits(&input), cuts = splits;
	struct deflate_direction direction = {
		8 + (int)(choice >> 2 & 7), choice & 1};
	struct deflater deflater;
	struct inflater inflater;

	deflater_init(&deflater, &direction, 1 + (int)(choice >> 5),
		(choice & 2) != 0 ? 0 : 1 << 20);
	inflater_init(&inflater, &direction);
	while (input.length > 0)
		payloads_return(&deflater, &inflater,
			splits_take(&cuts, &input), splits);
	deflater_release(&deflater);
	inflater_release(&inflater);
	return 0;
}
