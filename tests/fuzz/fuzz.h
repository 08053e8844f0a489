/* SPDX-License-Identifier: MIT */
/* What the targets of libFuzzer share. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "protocol/verdict.h"
#include "splits.h"

#include <stdint.h>

/* The target: a program has one. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Aborts, which is a finding, unless it holds; with NDEBUG too. */
#define require(it) ((it) ? (void)0 : require_failed(#it, __FILE__, __LINE__))
_Noreturn void require_failed(const char *it, const char *file, int line);

struct slice input_of(const uint8_t *data, size_t size);

/* Take choices off the front of the input: a byte, 0 when none is left; */
unsigned input_take(struct slice *input);

/* and splits, of which a byte says how many there are, 7 at most. */
struct splits input_take_splits(struct slice *input);

/* That a verdict has one of the codes, which end with 0, or is fine. */
void require_code(struct verdict verdict, const unsigned *codes);

#endif
