/* SPDX-License-Identifier: MIT */
/* Where a stream of bytes is cut into pieces. */
#ifndef TESTS_SPLITS_H
#define TESTS_SPLITS_H

#include "protocol/slice.h"

/* A byte for each piece, over and over. All zero: nothing is cut. */
struct splits {
	struct slice sizes;
	size_t used;
};

/* The size of the next piece, 1 to 256; SIZE_MAX where nothing is cut. */
size_t splits_next(struct splits *splits);

/* Takes the next piece off a rest that is not empty. */
struct slice splits_take(struct splits *splits, struct slice *rest);

#endif
