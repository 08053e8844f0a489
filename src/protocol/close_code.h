/* SPDX-License-Identifier: MIT */
/* Close codes and the body of a Close frame: RFC 6455 sections 5.5.1, 7.4. */
#ifndef PROTOCOL_CLOSE_CODE_H
#define PROTOCOL_CLOSE_CODE_H

#include "protocol/slice.h"
#include "protocol/verdict.h"

enum close_code {
	CLOSE_NORMAL = 1000,
	CLOSE_GOING_AWAY = 1001,
	CLOSE_PROTOCOL_ERROR = 1002,
	CLOSE_NO_STATUS = 1005, /* never sent: a Close without a body */
	CLOSE_ABNORMAL = 1006,	/* never sent: no Close at all */
	CLOSE_INVALID_PAYLOAD = 1007,
	CLOSE_MESSAGE_TOO_BIG = 1009,
	CLOSE_INTERNAL_ERROR = 1011,
};

#define CLOSE_BODY_MAX 125
#define CLOSE_REASON_MAX (CLOSE_BODY_MAX - 2)

struct close_body {
	unsigned code;
	struct slice reason;
};

/* Whether a Close frame may carry this code (section 7.4, IANA's registry). */
bool close_code_is_sendable(unsigned code);

/*
 * Reads the payload of a Close frame; an empty one has the code 1005. Fails
 * with 1002 (one byte, a code not to be sent) or 1007 (reason not UTF-8).
 * The reason lives as long as the payload.
 */
struct verdict close_body_decode(struct slice payload, struct close_body *body);

/*
 * Writes code and reason, the reason cut between characters to what fits;
 * CLOSE_NO_STATUS writes nothing. Returns the length.
 */
size_t close_body_encode(
	const struct close_body *body, char payload[CLOSE_BODY_MAX]);

#endif
