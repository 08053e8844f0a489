/* SPDX-License-Identifier: MIT */
/*
 * What a client receives: a byte of choices (1 compression, 2 without
 * takeover, 4 and 8 the limit), splits, frames. However it is cut, the same
 * messages and the same failure come of it.
 */
#include "frames.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	frames_try(ROLE_CLIENT, input_of(data, size));
	return 0;
}
