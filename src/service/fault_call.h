/* SPDX-License-Identifier: MIT */
/* One request for a fault, for the files that serve them. */
#ifndef SERVICE_FAULT_CALL_H
#define SERVICE_FAULT_CALL_H

#include "service/echo.h"
#include "service/faults.h"
#include "websocket/misbehaviour.h"

struct fault_call {
	const struct fault *fault;
	uint64_t number; /* 0 where there is none */
	uint64_t after;	 /* so many echoes */
	char reason[CLOSE_REASON_MAX + 1];
	struct echo echo;
	const struct http_head *request;
};

/* Reads the target. For the result see faults_check. */
struct verdict fault_call_parse(struct fault_call *call,
	const struct http_head *request,
	const struct service_settings *settings);

/* Sends a message back as it came. */
void fault_reply(struct fault_call *call, const struct message *message);

/* Sends all messages back until the connection is no longer open. */
void fault_echo(struct fault_call *call);

/* Milliseconds of a clock that nobody can set. */
int64_t fault_clock(void);

/* These get a connection that is open and return it as it is then. */
void fault_close(struct fault_call *call);
void fault_reset(struct fault_call *call);
void fault_eof(struct fault_call *call);
void fault_truncate(struct fault_call *call);
void fault_no_pong(struct fault_call *call);
void fault_no_close(struct fault_call *call);
void fault_delay(struct fault_call *call);
void fault_drip(struct fault_call *call);
void fault_slow_read(struct fault_call *call);
void fault_fragment(struct fault_call *call);
void fault_flood(struct fault_call *call);
void fault_message(struct fault_call *call);
void fault_bad_frame(struct fault_call *call);
void fault_bad_close(struct fault_call *call);

/* These get a request that is not answered, and serve all of it. */
void fault_handshake(struct fault_call *call);
void fault_status(struct fault_call *call);
void fault_redirect(struct fault_call *call);
void fault_bad_accept(struct fault_call *call);
void fault_bad_subprotocol(struct fault_call *call);
void fault_bad_extension(struct fault_call *call);

#endif
