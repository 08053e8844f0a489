/* SPDX-License-Identifier: MIT */
/* One whole connection that echoes, with a peer in memory. */
#ifndef FUZZ_DIALOGUE_H
#define FUZZ_DIALOGUE_H

#include "websocket/connection.h"

/* What a target of whole connections chooses, from its first byte. */
#define DIALOGUE_OPENS 1	  /* a good head comes before the input */
#define DIALOGUE_COMPRESSES 2	  /* and it agrees on compression */
#define DIALOGUE_IS_INTERRUPTED 4 /* once it is open */
#define DIALOGUE_IS_POLLED 8	  /* step by step, as a client */

/*
 * The whole target: the connection sends what an echo has to answer to what
 * it received, in whatever pieces, as a sane frame stream; with an
 * interruption, whose moment nobody knows, a sane frame stream.
 */
void dialogue_try(enum role role, struct slice input);

#endif
