/* SPDX-License-Identifier: MIT */
/* Why no connection has come about. */
#ifndef CLIENT_FAILURE_H
#define CLIENT_FAILURE_H

#include "client/options.h"

/* What is longer is cut. */
#define FAILURE_SIZE 4096

/*
 * Says so in a line on standard error, escaped for a terminal, and with --json
 * as an event on standard output, too.
 */
__attribute__((format(printf, 2, 3))) void failure_tell(
	const struct client_options *options, const char *format, ...);

#endif
