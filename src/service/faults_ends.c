/* SPDX-License-Identifier: MIT */
/* Connections that end, or do not, as they should not. */
#include "service/fault_call.h"

/* Milliseconds for which a Close is left unanswered, or waited for. */
#define UNANSWERED 60000
#define PATIENCE 5000

void
fault_close(struct fault_call *call)
{
	connection_close(
		call->echo.connection, (unsigned)call->number, call->reason);
}

void
fault_reset(struct fault_call *call)
{
	connection_reset(call->echo.connection, "fault reset");
}

void
fault_eof(struct fault_call *call)
{
	connection_drop(call->echo.connection, "fault eof");
}

void
fault_truncate(struct fault_call *call)
{
	connection_send_raw(call->echo.connection, call->fault->frame);
	connection_drop(call->echo.connection, "fault truncate");
}

void
fault_no_pong(struct fault_call *call)
{
	connection_leave_unanswered(call->echo.connection, OPCODE_PING);
}

void
fault_no_close(struct fault_call *call)
{
	struct connection *connection = call->echo.connection;

	connection_leave_unanswered(connection, OPCODE_CLOSE);
	fault_echo(call);
	if (connection_end(connection).by == CLOSED_BY_PEER)
		connection_pause(connection, UNANSWERED);
}

/* What comes before the client's Close is not answered any more. */
static void
await_close(struct fault_call *call)
{
	int64_t until = fault_clock() + PATIENCE, left = PATIENCE;
	enum connection_progress progress;
	struct message message;

	do {
		progress = connection_receive_within(
			call->echo.connection, &message, left);
		if (progress == CONNECTION_MESSAGE)
			echo_log(&call->echo, &message);
		left = until - fault_clock();
	} while (progress == CONNECTION_MESSAGE && left > 0);
	connection_drop(call->echo.connection, "no Close came within 5 s");
}

void
fault_bad_frame(struct fault_call *call)
{
	if (connection_send_raw(call->echo.connection, call->fault->frame))
		await_close(call);
}

/* The frame is our Close: the client's is its answer. */
void
fault_bad_close(struct fault_call *call)
{
	connection_leave_unanswered(call->echo.connection, OPCODE_CLOSE);
	fault_bad_frame(call);
}
