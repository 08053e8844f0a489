/* SPDX-License-Identifier: MIT */
/*
 * A whole connection as a server: a byte of choices (1 a good request before
 * the input, 2 with compression, 4 interrupted), splits, what the peer sends.
 */
#include "dialogue.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	dialogue_try(ROLE_SERVER, input_of(data, size));
	return 0;
}
