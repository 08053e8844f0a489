/* SPDX-License-Identifier: MIT */
#include "service/faults.h"

#include "logfile.h"
#include "peer.h"
#include "transport/clock.h"

#include <stdio.h>
#include <string.h>

/* A masking key that leaves the payload as it is. */
#define KEY "\0\0\0\0"
#define HI "\x81\x82" KEY "hi"
#define HI_BACK "\x81\x02hi"
#define CLOSE_1000 "\x88\x82" KEY "\x03\xE8"
#define CLOSED_1000 "\x88\x02\x03\xE8"

#define BYTES(literal) ((struct slice){literal, sizeof(literal) - 1})

#define MAX_MESSAGE 4096

static const struct connection_settings connection_settings = {
	.role = ROLE_SERVER, .max_message = MAX_MESSAGE, .grace = 100};

static const struct log_client client = {
	1, "192.0.2.1:80", "/faults/", 8, NULL};

static struct fault_counts counts;
static struct service_settings settings;
static struct service_context context;
static struct memory_transport memory;
static struct connection_end end;
static struct connection *connection;

static void
set_up(void)
{
	logfile_open(LOG_FORMAT_TEXT, LOG_LEVEL_INFO);
	memset(&counts, 0, sizeof(counts));
	settings = (struct service_settings){
		.max_message = MAX_MESSAGE, .faults = &counts};
	context = (struct service_context){
		.settings = &settings, .client = &client};
}

static void
tear_down(void)
{
	if (connection != NULL) {
		connection_free(connection);
		memory_transport_release(&memory);
	}
	connection = NULL;
	logfile_close();
}

/* Serves a client that asks for a target, says these bytes and no more. */
static void
serve(const char *target, struct slice said)
{
	static char all[8192];
	struct http_head request;
	struct verdict verdict;
	int length = snprintf(all, sizeof(all), "GET %s%s", target,
		strstr(PEER_REQUEST, " HTTP"));

	memcpy(all + length, said.data, said.length);
	memory_transport_init(&memory,
		(struct slice){all, (size_t)length + said.length}, SIZE_MAX);
	connection =
		connection_new(&memory.transport, &connection_settings, NULL);
	ck_assert(connection_receive_request(
		connection, deadline_after(1000), &request, &verdict));
	ck_assert(verdict_is_fine(service_check(&request, &settings)));
	service_find(http_head_path(&request))
		->serve(connection, &request, &context);
	end = connection_end(connection);
	connection_finish(connection);
	connection_linger(connection);
}

static void
assert_sent(struct slice expected)
{
	struct slice sent = buffer_bytes(&memory.sent);

	ck_assert_uint_eq(sent.length, expected.length);
	ck_assert_mem_eq(sent.data, expected.data, sent.length);
}

static struct traffic_totals
totals(void)
{
	return traffic_totals(connection_traffic(connection));
}

static void
assert_end(unsigned code, enum closed_by by)
{
	ck_assert_uint_eq(end.code, code);
	ck_assert_int_eq(end.by, by);
}

/* What is sent to who says hi twice, and closes. */
static const struct {
	const char *target;
	struct slice sent;
	unsigned code;
	enum closed_by by;
} exchanges[] = {
#define CASE(target, sent, code, by)                                           \
	{                                                                      \
		target, {PEER_RESPONSE sent, sizeof(PEER_RESPONSE sent) - 1},  \
			code, by                                               \
	}
	CASE("/faults/close/1001", "\x88\x02\x03\xE9", 1001, CLOSED_BY_US),
	CASE("/faults/close/1000/bye?after=1",
		HI_BACK "\x88\x05\x03\xE8"
			"bye",
		1000, CLOSED_BY_US),
	CASE("/faults/close/65535", "\x88\x02\xFF\xFF", 65535, CLOSED_BY_US),
	CASE("/faults/close/1005", "\x88\x00", 1005, CLOSED_BY_US),
	CASE("/faults/close/1000?after=3", HI_BACK HI_BACK CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/reset", "", 1006, CLOSED_BY_US),
	CASE("/faults/eof", "", 1006, CLOSED_BY_US),
	CASE("/faults/eof?after=2", HI_BACK HI_BACK, 1006, CLOSED_BY_US),
	CASE("/faults/truncate?after=1", HI_BACK "\x81\x10truncate", 1006,
		CLOSED_BY_US),
	CASE("/faults/delay/0", HI_BACK HI_BACK CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/handshake/1", HI_BACK HI_BACK CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/no-pong", HI_BACK HI_BACK CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/fragment/1",
		"\x01\x01h\x89\x00\x80\x01i\x01\x01h\x89\x00\x80\x01"
		"i" CLOSED_1000,
		1000, CLOSED_BY_PEER),
	CASE("/faults/fragment/1?after=1",
		HI_BACK "\x01\x01h\x89\x00\x80\x01i" CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/fragment/2", HI_BACK HI_BACK CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/drip/1", HI_BACK HI_BACK CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/slow-read/1000000", HI_BACK HI_BACK CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/flood/10?after=1",
		HI_BACK "\x81\x01"
			"1\x81\x01"
			"2\x81\x01"
			"3\x81\x01"
			"4\x81\x01"
			"5\x81\x01"
			"6\x81\x01"
			"7\x81\x01"
			"8\x81\x01"
			"9\x81\x02"
			"10" HI_BACK CLOSED_1000,
		1000, CLOSED_BY_PEER),
	CASE("/faults/message/3?after=1",
		HI_BACK "\x82\x03\0\0\0" HI_BACK CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/message/0", "\x82\0" HI_BACK HI_BACK CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/bad/utf8", "\x81\x02\xC3\x28" CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/bad/rsv?after=2",
		HI_BACK HI_BACK "\xA1\x02hi" CLOSED_1000, 1000, CLOSED_BY_PEER),
	CASE("/faults/bad/opcode", "\x83\x02hi" CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/bad/mask", "\x81\x82\x01\x02\x03\x04ik" CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/bad/length", "\x81\x7E\0\x02hi" CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/bad/length64",
		"\x82\x7F\x80\0\0\0\0\0\0\x02hi" CLOSED_1000, 1000,
		CLOSED_BY_PEER),
	CASE("/faults/bad/close", "\x88\x01\x03", 1000, CLOSED_BY_PEER),
	CASE("/faults/bad/continuation", "\x80\x02hi" CLOSED_1000, 1000,
		CLOSED_BY_PEER),
#undef CASE
};

START_TEST(sends_what_it_should_not)
{
	serve(exchanges[_i].target, BYTES(HI HI CLOSE_1000));
	assert_sent(exchanges[_i].sent);
	assert_end(exchanges[_i].code, exchanges[_i].by);
	ck_assert(memory.was_reset ==
		  (strcmp(exchanges[_i].target, "/faults/reset") == 0));
}
END_TEST

START_TEST(replies_that_wait_are_dropped_with_the_connection)
{
	serve("/faults/delay/60000", BYTES(HI HI CLOSE_1000));
	assert_sent(BYTES(PEER_RESPONSE CLOSED_1000));
	ck_assert_uint_eq(totals().messages_in, 2);
	ck_assert_uint_eq(totals().messages_out, 0);
}
END_TEST

START_TEST(leaves_pings_unanswered_after_so_many_echoes)
{
	serve("/faults/no-pong?after=1",
		BYTES("\x89\x81" KEY "a" HI "\x89\x81" KEY "b" CLOSE_1000));
	assert_sent(BYTES(PEER_RESPONSE "\x8A\x01"
					"a" HI_BACK CLOSED_1000));
}
END_TEST

START_TEST(counts_replies_in_fragments_as_messages)
{
	serve("/faults/fragment/1", BYTES(HI HI CLOSE_1000));
	ck_assert_uint_eq(totals().messages_out, 2);
	ck_assert_uint_eq(totals().bytes_out, 4);
}
END_TEST

START_TEST(counts_which_faults_were_served)
{
	serve("/faults/close/1000", BYTES(""));
	for (size_t i = 0; i < FAULT_COUNT; i++)
		ck_assert_uint_eq(counts.served[i], i == 0);
}
END_TEST

static const struct {
	const char *target;
	const char *answer; /* without what all have */
} refusals[] = {
	{"/faults/status/404", "HTTP/1.1 404 Not Found\r\n"},
	{"/faults/status/401", "\r\nWWW-Authenticate: Basic realm="},
	{"/faults/status/429", "\r\nRetry-After: 5\r\n"},
	{"/faults/status/503", "\r\nRetry-After: 5\r\n"},
	{"/faults/redirect/1", "HTTP/1.1 302 Found\r\n"},
	{"/faults/redirect/1", "\r\nLocation: /raw\r\n"},
	{"/faults/redirect/50", "\r\nLocation: /faults/redirect/49\r\n"},
};

START_TEST(refuses_as_it_was_asked_to)
{
	struct slice sent;

	serve(refusals[_i].target, BYTES(""));
	sent = buffer_bytes(&memory.sent);
	ck_assert_ptr_nonnull(memmem(sent.data, sent.length,
		refusals[_i].answer, strlen(refusals[_i].answer)));
	ck_assert(!connection_was_open(connection));
}
END_TEST

START_TEST(a_refusal_that_was_asked_for_is_no_warning)
{
	serve("/faults/status/418", BYTES(""));
	logfile_says("TIME info 1 Client 192.0.2.1:80 refused "
		     "(418, \"as it was asked to\")\n");
}
END_TEST

#define WRONG_101(accept, fields)                                              \
	"HTTP/1.1 101 Switching Protocols\r\n"                                 \
	"Upgrade: websocket\r\n"                                               \
	"Connection: Upgrade\r\n"                                              \
	"Sec-WebSocket-Accept: " accept "\r\n" fields "\r\n"

static const struct {
	const char *target;
	const char *answer;
} wrong_answers[] = {
	{"/faults/bad/accept", WRONG_101("ICX+Yqv66kxgM0FcWaLWlFLwTAI=", "")},
	{"/faults/bad/subprotocol",
		WRONG_101(PEER_ACCEPT, "Sec-WebSocket-Protocol: "
				       "wsserver-not-offered\r\n")},
	{"/faults/bad/extension",
		WRONG_101(PEER_ACCEPT, "Sec-WebSocket-Extensions: "
				       "wsserver-not-offered\r\n")},
};

START_TEST(answers_with_one_field_wrong_and_serves)
{
	size_t length = strlen(wrong_answers[_i].answer);
	struct slice sent, rest = BYTES(HI_BACK CLOSED_1000);

	serve(wrong_answers[_i].target, BYTES(HI CLOSE_1000));
	sent = buffer_bytes(&memory.sent);
	ck_assert_uint_eq(sent.length, length + rest.length);
	ck_assert_mem_eq(sent.data, wrong_answers[_i].answer, length);
	ck_assert_mem_eq(sent.data + length, rest.data, rest.length);
	assert_end(1000, CLOSED_BY_PEER);
	logfile_says("TIME info 1 Client connected from 192.0.2.1:80, "
		     "path /faults/\n");
}
END_TEST

START_TEST(messages_are_logged_where_that_is_wanted)
{
	settings.logs_messages = true;
	serve("/faults/delay/0?after=1", BYTES(HI HI CLOSE_1000));
	logfile_says("TIME info 1 Client connected from 192.0.2.1:80, "
		     "path /faults/\n"
		     "TIME info 1 Received from client: hi\n"
		     "TIME info 1 Received from client: hi\n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("faults");
	TCase *cases = tcase_create("faults");

	tcase_add_checked_fixture(cases, set_up, tear_down);
#define add_all(test, table)                                                   \
	tcase_add_loop_test(cases, test, 0, COUNT_OF(table))
	add_all(sends_what_it_should_not, exchanges);
	tcase_add_test(
		cases, replies_that_wait_are_dropped_with_the_connection);
	tcase_add_test(cases, leaves_pings_unanswered_after_so_many_echoes);
	tcase_add_test(cases, counts_replies_in_fragments_as_messages);
	tcase_add_test(cases, counts_which_faults_were_served);
	add_all(refuses_as_it_was_asked_to, refusals);
	tcase_add_test(cases, a_refusal_that_was_asked_for_is_no_warning);
	add_all(answers_with_one_field_wrong_and_serves, wrong_answers);
	tcase_add_test(cases, messages_are_logged_where_that_is_wanted);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
