/* SPDX-License-Identifier: MIT */
/*
 * A whole connection as a client: a byte of choices (1 a good response before
 * the input, 2 with compression, 4 interrupted, 8 polled), splits, what the
 * peer sends.
 */
#include "dialogue.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	dialogue_try(ROLE_CLIENT, input_of(data, size));
	return 0;
}
