/* SPDX-License-Identifier: MIT */
/* What a field of the log shows of what a peer sent. */
#ifndef FUZZ_SHOWN_H
#define FUZZ_SHOWN_H

#include "protocol/slice.h"

/* It is short, and each character does nothing but show itself. */
void shown_require_clean(struct slice shown);

/* The input can be had back from it, up to where it was cut. */
void shown_require_reversible(struct slice shown, struct slice input);

/* The JSON string is the same in quotes, with each backslash doubled. */
void shown_require_json(struct slice string, struct slice shown);

#endif
