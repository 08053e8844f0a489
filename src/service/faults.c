/* SPDX-License-Identifier: MIT */
#include "service/faults.h"

#include "service/fault_call.h"

#include <string.h>
#include <time.h>

#define FRAME(literal) .frame = {literal, sizeof(literal) - 1}

#define AFTER "[?after=N]"

/* What is said of each call that is wrong. */
#define IN_101(name)                                                           \
	.path = (name), .usage = "usage: " FAULTS_PATH name, .is_opening = true
#define IN_101_WITH(name, rest)                                                \
	.path = (name), .usage = "usage: " FAULTS_PATH name ", " rest,         \
	.is_opening = true
#define BEHIND_101(name)                                                       \
	.path = (name), .usage = "usage: " FAULTS_PATH name AFTER
#define BEHIND_101_WITH(name, rest)                                            \
	.path = (name), .usage = "usage: " FAULTS_PATH name AFTER ", " rest

const struct fault faults[] = {
	{BEHIND_101_WITH("close/CODE[/REASON]",
		 "CODE 0 to 65535, REASON up to 123 bytes, none with 1005"),
		.meaning = "a Close with CODE, even one that must not be "
			   "sent, and REASON; 1005: with nothing",
		.example = "/faults/close/1001/going%20away",
		.maximum = UINT16_MAX, .serve = fault_close},
	{BEHIND_101("reset"), .meaning = "the TCP connection is reset",
		.example = "/faults/reset", .serve = fault_reset},
	{BEHIND_101("eof"), .meaning = "the stream ends without a Close",
		.example = "/faults/eof?after=1", .serve = fault_eof},
	{BEHIND_101("truncate"),
		.meaning = "the stream ends in the middle of a frame",
		.example = "/faults/truncate", FRAME("\x81\x10truncate"),
		.serve = fault_truncate},
	{BEHIND_101_WITH("delay/MS", "MS 0 to 60000"),
		.meaning = "each reply comes MS milliseconds after its "
			   "message, pongs come at once",
		.example = "/faults/delay/2000", .maximum = 60000,
		.serve = fault_delay},
	{IN_101_WITH("handshake/MS", "MS 0 to 60000"),
		.meaning = "the 101 comes MS milliseconds late",
		.example = "/faults/handshake/3000", .maximum = 60000,
		.serve = fault_handshake},
	{BEHIND_101("no-pong"), .meaning = "pings are left unanswered",
		.example = "/faults/no-pong", .serve = fault_no_pong},
	{BEHIND_101("no-close"),
		.meaning = "the client's Close is left unanswered, and TCP "
			   "open for 60 s",
		.example = "/faults/no-close", .serve = fault_no_close},
	{BEHIND_101_WITH("fragment/N", "N 1 to 1000000"),
		.meaning = "replies come in fragments of N bytes, characters "
			   "cut too, with a ping between them",
		.example = "/faults/fragment/1", .minimum = 1,
		.maximum = 1000000, .serve = fault_fragment},
	{BEHIND_101_WITH("drip/MS", "MS 0 to 1000"),
		.meaning = "the bytes of replies come one by one, MS "
			   "milliseconds apart, for 300 s in all",
		.example = "/faults/drip/100", .maximum = 1000,
		.serve = fault_drip},
	{BEHIND_101_WITH("slow-read/BPS", "BPS 0 to 1000000"),
		.meaning = "BPS bytes a second are read; 0: none any more, and "
			   "a reset after 300 s",
		.example = "/faults/slow-read/100", .maximum = 1000000,
		.serve = fault_slow_read},
	{BEHIND_101_WITH("flood/N", "N 1 to 1000000"),
		.meaning = "N text messages, the numbers 1 to N, come at once",
		.example = "/faults/flood/10000", .minimum = 1,
		.maximum = 1000000, .serve = fault_flood},
	{BEHIND_101_WITH("message/SIZE", "SIZE up to --max-message"),
		.meaning = "one binary message of SIZE zeros comes, compressed "
			   "if that was agreed on",
		.example = "/faults/message/1M", .maximum = FAULT_MAX_MESSAGE,
		.serve = fault_message},
	{BEHIND_101("bad/utf8"), .meaning = "a text that is not UTF-8",
		.example = "/faults/bad/utf8", FRAME("\x81\x02\xC3\x28"),
		.serve = fault_bad_frame},
	{BEHIND_101("bad/rsv"), .meaning = "a frame with RSV2 set",
		.example = "/faults/bad/rsv", FRAME("\xA1\x02hi"),
		.serve = fault_bad_frame},
	{BEHIND_101("bad/opcode"),
		.meaning = "a frame with the reserved opcode 3",
		.example = "/faults/bad/opcode", FRAME("\x83\x02hi"),
		.serve = fault_bad_frame},
	{BEHIND_101("bad/mask"), .meaning = "a frame that is masked",
		.example = "/faults/bad/mask",
		FRAME("\x81\x82\x01\x02\x03\x04ik"), .serve = fault_bad_frame},
	{BEHIND_101("bad/length"),
		.meaning = "a payload length of 2 in 16 bits, which is not "
			   "minimal",
		.example = "/faults/bad/length", FRAME("\x81\x7E\0\x02hi"),
		.serve = fault_bad_frame},
	{BEHIND_101("bad/length64"),
		.meaning = "a payload length with the top one of its 64 bits "
			   "set",
		.example = "/faults/bad/length64",
		FRAME("\x82\x7F\x80\0\0\0\0\0\0\x02hi"),
		.serve = fault_bad_frame},
	{BEHIND_101("bad/close"), .meaning = "a Close with a body of one byte",
		.example = "/faults/bad/close", FRAME("\x88\x01\x03"),
		.serve = fault_bad_close},
	{BEHIND_101("bad/continuation"), .meaning = "a continuation of nothing",
		.example = "/faults/bad/continuation", FRAME("\x80\x02hi"),
		.serve = fault_bad_frame},
	{IN_101_WITH("status/CODE", "CODE 200 to 599"),
		.meaning = "a refusal with the status CODE",
		.example = "/faults/status/503", .minimum = 200, .maximum = 599,
		.serve = fault_status},
	{IN_101_WITH("redirect/N", "N 1 to 50"),
		.meaning = "N redirections (302), the last one to /raw",
		.example = "/faults/redirect/3", .minimum = 1, .maximum = 50,
		.serve = fault_redirect},
	{IN_101("bad/accept"), .meaning = "a 101 to another key",
		.example = "/faults/bad/accept", .serve = fault_bad_accept},
	{IN_101("bad/subprotocol"),
		.meaning = "a 101 with a subprotocol that was not offered",
		.example = "/faults/bad/subprotocol",
		.serve = fault_bad_subprotocol},
	{IN_101("bad/extension"),
		.meaning = "a 101 with an extension that was not offered",
		.example = "/faults/bad/extension",
		.serve = fault_bad_extension},
};

/* Parameters are in capitals, and an optional one in brackets. */
struct slice
fault_name(const struct fault *fault)
{
	struct slice name = slice_of(fault->path);

	for (size_t i = 0; i + 1 < name.length; i++)
		if (name.data[i] == '/' && name.data[i + 1] >= 'A' &&
			name.data[i + 1] <= 'Z')
			name.length = i;
	return name;
}

struct verdict
faults_check(const struct http_head *request,
	const struct service_settings *settings)
{
	struct fault_call call;

	return fault_call_parse(&call, request, settings);
}

int64_t
fault_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
fault_reply(struct fault_call *call, const struct message *message)
{
	connection_send(
		call->echo.connection, message->opcode, &message->payload, 1);
}

void
fault_echo(struct fault_call *call)
{
	struct message message;

	while (echo_receive(&call->echo, &message))
		fault_reply(call, &message);
}

/* Returns whether the connection is open still when it is time. */
static bool
echo_before(struct fault_call *call)
{
	struct message message;

	for (uint64_t i = 0; i < call->after; i++) {
		if (!echo_receive(&call->echo, &message))
			return false;
		fault_reply(call, &message);
	}
	return true;
}

static void
serve_behind_101(struct fault_call *call)
{
	if (!service_accept(
		    call->echo.connection, call->request, call->echo.context))
		return;
	if (echo_before(call))
		call->fault->serve(call);
	fault_echo(call);
}

void
faults_serve(struct connection *connection, const struct http_head *request,
	const struct service_context *context)
{
	struct fault_counts *counts = context->settings->faults;
	struct fault_call call;
	struct verdict verdict =
		fault_call_parse(&call, request, context->settings);

	if (!verdict_is_fine(verdict))
		return;
	call.echo = (struct echo){.connection = connection, .context = context};
	call.request = request;
	atomic_fetch_add_explicit(
		&counts->served[call.fault - faults], 1, memory_order_relaxed);
	if (call.fault->is_opening)
		call.fault->serve(&call);
	else
		serve_behind_101(&call);
	echo_end(&call.echo);
}
