/* SPDX-License-Identifier: MIT */
/* Agreeing on permessage-deflate, and what must come of it. */
#ifndef FUZZ_AGREEING_H
#define FUZZ_AGREEING_H

#include "protocol/permessage_deflate.h"

/* A head with a field of extensions for each line. */
struct http_head agreeing_head_of(struct slice lines);
void agreeing_release(struct http_head *head);

/* That the windows are ones, and the server's no wider than allowed. */
void agreeing_require_windows(
	const struct deflate_agreement *agreement, int window);

/* That a client that leaves all to the server understands the answer. */
void agreeing_require_understood(
	struct slice answer, const struct deflate_agreement *agreement);

#endif
