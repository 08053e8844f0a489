/* SPDX-License-Identifier: MIT */
/* What a check came to: nothing, or the code to end with and why. */
#ifndef PROTOCOL_VERDICT_H
#define PROTOCOL_VERDICT_H

#include <stdbool.h>

/*
 * code is a close code (RFC 6455 section 7.4), in the opening handshake an
 * HTTP status, or 0 when there is nothing to object to. why is a constant
 * sentence short enough for the reason of a Close frame, NULL with code 0.
 */
struct verdict {
	unsigned code;
	const char *why;
};

#define VERDICT_FINE ((struct verdict){0, (void *)0})

static inline bool
verdict_is_fine(struct verdict verdict)
{
	return verdict.code == 0;
}

#endif
