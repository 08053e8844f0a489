/* SPDX-License-Identifier: MIT */
/* Checks of the opening handshake, at servers that are wrong in just that. */
#include "one_check.h"
#include "room.h"
#include "suite.h"
#include "transport/clock.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#define RIGHT "a right request is answered with 101 in HTTP/1.1"
#define UPGRADE "the answer has Upgrade: websocket and Connection"
#define ACCEPT "Sec-WebSocket-Accept is that of the key"
#define NOTHING "nothing is selected that was not offered"
#define SUBPROTOCOL "an unknown subprotocol is not selected"
#define EXTENSION "an unknown extension is passed over"
#define PARAMETER "an offer with a wrong parameter is declined"
#define EARLY "frames right behind the request are not lost"
#define OTHER_VERSION "version 12 is refused with 426 and those it speaks"
#define LONG "a field of 64 KiB is refused"
#define HOST "a request without Host is refused with 400"

static const struct {
	const char *sentence;
	const char *head; /* of a server that then ends the connection */
	enum check_grade grade;
	const char *seen;
} handshakes[] = {
	{RIGHT, REFUSAL, CHECK_FAIL, "status 400 in HTTP/1.1"},
	{RIGHT, "HTTP/1.0 101 Switching\r\n\r\n", CHECK_FAIL, "in HTTP/1.0"},
	{RIGHT, "hello\r\n\r\n", CHECK_FAIL, "malformed status line"},
	{RIGHT, "a\x01", CHECK_FAIL, "control character"},
	{RIGHT, "HTTP/1.1 101\r\n", CHECK_FAIL, "ended the connection"},
	{UPGRADE, "HTTP/1.1 101 S\r\nConnection: Upgrade\r\n\r\n", CHECK_FAIL,
		"Upgrade is not websocket"},
	{UPGRADE,
		"HTTP/1.1 101 S\r\nConnection: Upgrade\r\n"
		"Upgrade: h2c\r\n\r\n",
		CHECK_FAIL, "Upgrade is not websocket"},
	{UPGRADE, "HTTP/1.1 101 S\r\nUpgrade: websocket\r\n\r\n", CHECK_FAIL,
		"Connection is not Upgrade"},
	{ACCEPT, FAKE_101_BEGIN "\r\n", CHECK_FAIL, "0 of them"},
	{ACCEPT, FAKE_101_OTHERWISE_RIGHT "Sec-WebSocket-Accept: x\r\n\r\n",
		CHECK_FAIL, "2 of them"},
	{ACCEPT,
		FAKE_101_BEGIN "Sec-WebSocket-Accept: "
			       "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
		CHECK_FAIL, "another key"},
	{NOTHING,
		FAKE_101_OTHERWISE_RIGHT "Sec-WebSocket-Extensions: a\r\n\r\n",
		CHECK_FAIL, "Sec-WebSocket-Extensions was not offered"},
	{NOTHING, FAKE_101_OTHERWISE_RIGHT "Sec-WebSocket-Protocol: a\r\n\r\n",
		CHECK_FAIL, "Sec-WebSocket-Protocol was not offered"},
	{NOTHING, "HTTP/1.1 302 Found\r\n\r\n", CHECK_FAIL, "status 302"},
	{SUBPROTOCOL,
		FAKE_101_OTHERWISE_RIGHT "Sec-WebSocket-Protocol: a\r\n\r\n",
		CHECK_FAIL, "was not offered"},
	{SUBPROTOCOL,
		FAKE_101_OTHERWISE_RIGHT
		"Sec-WebSocket-Protocol: x-unknown\r\n\r\n",
		CHECK_WARN, "selects it"},
	{SUBPROTOCOL, REFUSAL, CHECK_WARN, "status 400"},
	{EXTENSION,
		FAKE_101_OTHERWISE_RIGHT
		"Sec-WebSocket-Extensions: x-unknown\r\n\r\n",
		CHECK_FAIL, "accepts it"},
	{EXTENSION, REFUSAL, CHECK_WARN, "status 400"},
	{PARAMETER,
		FAKE_101_OTHERWISE_RIGHT
		"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
		CHECK_FAIL, "accepts it"},
	{EARLY, FAKE_101, CHECK_WARN, "lost"},
	{EARLY, FAKE_101 "\x8A\x80key-", CHECK_FAIL, "broke RFC 6455 5.1"},
	{EARLY, "", CHECK_WARN, "ended the connection"},
	{EARLY, REFUSAL, CHECK_FAIL, "status 400"},
	{OTHER_VERSION, REFUSAL, CHECK_FAIL,
		"400 without Sec-WebSocket-Version"},
	{OTHER_VERSION,
		"HTTP/1.1 400 B\r\nSec-WebSocket-Version: 8, 13\r\n\r\n",
		CHECK_WARN, "status 400"},
	{OTHER_VERSION,
		"HTTP/1.1 426 U\r\nSec-WebSocket-Version: 8, 13\r\n\r\n",
		CHECK_OK, ""},
	{OTHER_VERSION, "HTTP/1.1 426 U\r\nSec-WebSocket-Version: 8\r\n\r\n",
		CHECK_FAIL, "426 without"},
	{LONG, FAKE_101, CHECK_WARN, "status 101"},
	{LONG, REFUSAL, CHECK_OK, ""},
	{HOST, "HTTP/1.1 404 N\r\n\r\n", CHECK_WARN, "status 404"},
	{HOST, REFUSAL, CHECK_OK, ""},
};

START_TEST(judges_an_answer_to_a_request)
{
	struct fake_script script = {handshakes[_i].head, NO_REPLY, FAKE_ENDS};

	one_check_run(one_check_of(handshakes[_i].sentence), &script,
		handshakes[_i].grade, handshakes[_i].seen);
}
END_TEST

static const char *const accepted[] = {
	"websocket and Upgrade are compared without case",
	"Connection may list more than Upgrade",
	"field names are compared without case",
	"a request in single bytes is understood",
	"a target in absolute-form is accepted",
};

START_TEST(wants_these_requests_to_be_accepted)
{
	static const struct fake_script accepts = {FAKE_101, NO_REPLY,
						FAKE_ENDS},
					refuses = {REFUSAL, NO_REPLY,
						FAKE_ENDS},
					ends = {NULL, NO_REPLY, FAKE_ENDS},
					is_mute = {NULL, NO_REPLY, FAKE_SILENT};
	const struct check *check = one_check_of(accepted[_i]);

	one_check_run(check, &accepts, CHECK_OK, "");
	one_check_run(check, &refuses, CHECK_FAIL, "status 400");
	one_check_run(check, &ends, CHECK_FAIL, "ended the connection");
	one_check_run(check, &is_mute, CHECK_FAIL, "no answer in time");
}
END_TEST

static const struct {
	const char *sentence;
	unsigned better; /* a status that is none of these is warned about */
} refused[] = {
	{"a request without a key is refused", 400},
	{"a key that is not 16 bytes is refused", 400},
	{"a request with two keys is refused", 400},
	{"a request without a version is refused", 426},
	{"a POST is refused", 405},
	{"a request in HTTP/1.0 is refused", 505},
	{HOST, 400},
	{"a request with two Hosts is refused with 400", 400},
	{"a space before a colon is refused with 400", 400},
	{"a plain GET is answered and nothing upgraded", 200},
	{"no Connection: Upgrade, no upgrade", 200},
	{"no Upgrade: websocket, no upgrade", 404},
};

START_TEST(wants_these_requests_to_be_refused)
{
	static const struct fake_script accepts = {FAKE_101, NO_REPLY,
						FAKE_ENDS},
					ends = {NULL, NO_REPLY, FAKE_ENDS},
					is_mute = {NULL, NO_REPLY, FAKE_SILENT};
	const struct check *check = one_check_of(refused[_i].sentence);
	char head[100];
	struct fake_script refuses = {head, NO_REPLY, FAKE_ENDS};

	one_check_run(check, &accepts, CHECK_FAIL, "status 101");
	one_check_run(check, &ends, CHECK_WARN, "ended the connection");
	one_check_run(check, &is_mute, CHECK_FAIL, "no answer in time");
	snprintf(head, sizeof(head), "HTTP/1.1 %u X\r\n\r\n",
		refused[_i].better);
	one_check_run(check, &refuses, CHECK_OK, "");
	snprintf(head, sizeof(head), "HTTP/1.1 500 X\r\n\r\n");
	one_check_run(check, &refuses, CHECK_WARN, "status 500");
}
END_TEST

START_TEST(a_server_that_takes_nothing_is_given_up)
{
	static const struct fake_script deaf = {NULL, NO_REPLY, FAKE_DEAF};

	one_check_run(
		one_check_of(LONG), &deaf, CHECK_FAIL, "no answer in time");
}
END_TEST

static bool
write_request(struct buffer *output, const void *what)
{
	struct trial *trial = (void *)(uintptr_t)what;

	return trial_write_request(trial, output);
}

static bool
write_frame(struct buffer *output, const void *what)
{
	return check_frame_write(output, FIN | OPCODE_PING, slice_of(what));
}

START_TEST(a_request_is_written_whole_or_not_at_all)
{
	static const struct check check = {.request = {.long_field = 3}};
	struct check_echo echo = {0};
	const struct slice subprotocol = {"chat", 4};
	struct handshake_offer offer = {.host = slice_of("a:8"),
		.target = slice_of("/?b"),
		.origin = slice_of("http://c"),
		.subprotocols = &subprotocol,
		.subprotocol_count = 1,
		.more_fields = slice_of("X-More: 1\r\n"),
		.key = "dGhlIHNhbXBsZSBub25jZQ=="};
	struct check_target target = {.offer = &offer};
	struct trial trial;

	trial_begin(&trial, &check, &target, &echo, 0);
	room_assert_filled(write_request, &trial,
		"GET /?b HTTP/1.1\r\n"
		"Host: a:8\r\n"
		"Upgrade: websocket\r\n"
		"Connection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Version: 13\r\n"
		"X-Long: xxx\r\n"
		"Origin: http://c\r\n"
		"Sec-WebSocket-Protocol: chat\r\n"
		"X-More: 1\r\n"
		"\r\n");
	ck_assert_int_eq(trial.grade, CHECK_FAIL);
	trial_end(&trial);
}
END_TEST

START_TEST(the_scheme_is_in_a_target_in_absolute_form)
{
	static const struct check check = {.request = {.is_absolute = true,
						   .host = "",
						   .upgrade = "",
						   .key = "",
						   .websocket_version = ""}};
	struct check_echo echo = {0};
	const struct handshake_offer offer = {
		.host = slice_of("a"), .target = slice_of("/b")};
	struct check_target target = {.is_secure = true, .offer = &offer};
	struct trial trial;

	trial_begin(&trial, &check, &target, &echo, 0);
	room_assert_filled(
		write_request, &trial, "GET https://a/b HTTP/1.1\r\n\r\n");
	trial_end(&trial);
}
END_TEST

START_TEST(a_frame_is_written_whole_or_not_at_all)
{
	room_assert_filled(write_frame, "abcd",
		"\x89\x84\x37\xFA\x21\x3D\x56\x98\x42\x59");
}
END_TEST

/* A transport whose handshake fails. */
static int
fail_to_open(struct transport *transport)
{
	(void)transport;
	errno = EPROTO;
	return -1;
}

static int
set_no_limit(struct transport *transport, enum transport_direction direction,
	int64_t milliseconds)
{
	(void)transport;
	(void)direction;
	(void)milliseconds;
	return 0;
}

static const char *
explain(const struct transport *transport)
{
	(void)transport;
	return "TLS: it is not so";
}

static void
let_be(struct transport *transport)
{
	(void)transport;
}

static struct transport *
connect_in_vain(void *state, int64_t deadline)
{
	static const struct transport_type type = {.open = fail_to_open,
		.set_time_limit = set_no_limit,
		.explain = explain,
		.close = let_be};
	static struct transport transport = {&type};

	(void)state;
	(void)deadline;
	return &transport;
}

START_TEST(why_tls_failed_is_told)
{
	struct check_echo echo = {0};
	static const struct handshake_offer offer = {0};
	struct check_target target = {.connect = connect_in_vain,
		.offer = &offer,
		.opening_limit = 5000};
	struct trial trial;

	trial_begin(&trial, one_check_of(RIGHT), &target, &echo,
		deadline_after(5000));
	ck_assert(!trial_connect(&trial));
	trial_end(&trial);
	ck_assert_int_eq(trial.grade, CHECK_FAIL);
	ck_assert(
		slice_equals((struct slice){trial.seen.text, trial.seen.length},
			slice_of("TLS: it is not so")));
}
END_TEST

START_TEST(what_comes_behind_the_answer_has_more_time)
{
	static const struct fake_script script = REPLY("");
	struct fake_server server = {.script = &script};
	struct check_target target = fake_server_target(&server);
	struct check_echo echo = {0};
	struct trial trial;

	trial_begin(&trial, one_check_of(RIGHT), &target, &echo,
		deadline_after(2 * target.opening_limit));
	ck_assert(trial_connect(&trial));
	ck_assert_int_lt(trial.peer.deadline, trial.deadline);
	trial_end(&trial);
	trial_begin(&trial, one_check_of(RIGHT), &target, &echo,
		deadline_after(2 * target.opening_limit));
	ck_assert(trial_open(&trial));
	ck_assert_int_eq(trial.peer.deadline, trial.deadline);
	trial_end(&trial);
	fake_server_stop(&server);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("check_handshake");
	TCase *cases = tcase_create("check_handshake");

	tcase_set_timeout(cases, 120);
	tcase_add_loop_test(
		cases, judges_an_answer_to_a_request, 0, COUNT_OF(handshakes));
	tcase_add_loop_test(cases, wants_these_requests_to_be_accepted, 0,
		COUNT_OF(accepted));
	tcase_add_loop_test(cases, wants_these_requests_to_be_refused, 0,
		COUNT_OF(refused));
	tcase_add_test(cases, a_server_that_takes_nothing_is_given_up);
	tcase_add_test(cases, a_request_is_written_whole_or_not_at_all);
	tcase_add_test(cases, the_scheme_is_in_a_target_in_absolute_form);
	tcase_add_test(cases, a_frame_is_written_whole_or_not_at_all);
	tcase_add_test(cases, why_tls_failed_is_told);
	tcase_add_test(cases, what_comes_behind_the_answer_has_more_time);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
