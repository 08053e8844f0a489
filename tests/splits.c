/* SPDX-License-Identifier: MIT */
#include "splits.h"

#include <stdint.h>

size_t
splits_next(struct splits *splits)
{
	struct slice sizes = splits->sizes;

	if (sizes.length == 0)
		return SIZE_MAX;
	return 1 +
	       (size_t)(unsigned char)sizes.data[splits->used++ % sizes.length];
}

struct slice
splits_take(struct splits *splits, struct slice *rest)
{
	struct slice piece = {rest->data, splits_next(splits)};

	if (piece.length > rest->length)
		piece.length = rest->length;
	rest->data += piece.length;
	rest->length -= piece.length;
	return piece;
}
