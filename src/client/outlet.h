/* SPDX-License-Identifier: MIT */
/* Standard output, written as fast as its reader takes it and no faster. */
#ifndef CLIENT_OUTLET_H
#define CLIENT_OUTLET_H

#include "protocol/buffer.h"

struct outlet {
	int descriptor;
	bool is_file; /* which never makes its writer wait */
	int failure;  /* errno of the write that failed, 0 for none */
};

void outlet_init(struct outlet *outlet, int descriptor);

/*
 * Writes of the bytes what goes without waiting, once the descriptor polled
 * as writable, and drops them; all of them after a failure.
 */
void outlet_write(struct outlet *outlet, struct buffer *bytes);

#endif
