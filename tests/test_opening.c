/* SPDX-License-Identifier: MIT */
#include "memory_transport.h"
#include "suite.h"
#include "transport/clock.h"
#include "transport/tcp.h"
#include "websocket/opening.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SHORT_TIME 100
#define LONG_TIME 3000

/* All at once and without interrupts. */
#define VARIANT_PLAIN (MEMORY_TRANSPORT_VARIANTS - 2)

#define REQUEST "GET /chat HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define RESPONSE "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\n"

static struct memory_transport memory;
static struct stream stream;
static struct buffer input;
static struct http_head head;
static struct verdict verdict;

static void
release(void)
{
	stream_release(&stream);
	buffer_release(&input);
	memory_transport_release(&memory);
}

static void
open_stream(struct slice text, int variant)
{
	memory_transport_init_variant(&memory, text, variant);
	stream_init(&stream, &memory.transport, NULL, 0);
}

static bool
receive_request(void)
{
	return opening_receive_request(
		&stream, &input, deadline_after(LONG_TIME), &head, &verdict);
}

/* Whatever of the rest has not been received yet. */
static void
receive_rest(void)
{
	do
		ck_assert(buffer_reserve(&input, 4096));
	while (stream_receive(&stream, &input, DEADLINE_NEVER) == STREAM_READY);
}

START_TEST(receives_a_request_in_any_pieces)
{
	open_stream(slice_of(REQUEST), _i);
	ck_assert(receive_request());
	ck_assert(verdict_is_fine(verdict));
	ck_assert(slice_equals(head.bytes, slice_of(REQUEST)));
	ck_assert(slice_equals(head.target, slice_of("/chat")));
	ck_assert(slice_equals(head.fields, slice_of("Host: localhost\r\n")));
}
END_TEST

/* FAULTS H13. */
START_TEST(leaves_the_bytes_behind_the_head_in_the_input)
{
	static const char behind[] = "\x81\x80mask\r\n\r\nGET / HTTP/1.1\r\n";
	struct buffer expected = {0};

	buffer_append_string(&expected, REQUEST);
	buffer_append_string(&expected, behind);
	open_stream(buffer_bytes(&expected), _i);
	ck_assert(receive_request());
	ck_assert(slice_equals(head.bytes, slice_of(REQUEST)));
	ck_assert_ptr_eq(head.bytes.data, buffer_bytes(&input).data);
	receive_rest();
	ck_assert(slice_equals(buffer_bytes(&input), buffer_bytes(&expected)));
	buffer_release(&expected);
}
END_TEST

/* RFC 9112 section 2.2. */
START_TEST(skips_empty_lines_before_the_request)
{
	open_stream(slice_of("\r\n\r\n" REQUEST "!"), _i);
	ck_assert(receive_request());
	ck_assert(slice_equals(head.bytes, slice_of(REQUEST)));
	ck_assert_ptr_eq(head.bytes.data, buffer_bytes(&input).data);
	receive_rest();
	ck_assert(slice_equals(buffer_bytes(&input), slice_of(REQUEST "!")));
}
END_TEST

static const struct {
	const char *text;
	unsigned status;
} malformed[] = {
	{"\x16\x03\x01\x02", 400}, /* FAULTS S1: TLS */
	{"GET / HTTP/1.1\n", 400},
	{"GET / HTTP/1.1\rx", 400},
	{"\x7F", 400},
	{"garbage\r\n\r\n", 400},
	{"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
	{"GET / HTTP/1.1\r\n folded\r\n\r\n", 400},
	{"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
};

START_TEST(refuses_what_is_no_request)
{
	for (size_t i = 0; i < COUNT_OF(malformed); i++) {
		open_stream(slice_of(malformed[i].text), _i);
		ck_assert(!receive_request());
		ck_assert_uint_eq(verdict.code, malformed[i].status);
		ck_assert_ptr_nonnull(verdict.why);
		release();
	}
}
END_TEST

/* Repeats a line until there are count bytes or more, without an end. */
static void
check_refusal(
	const char *start, const char *line, size_t count, unsigned status)
{
	struct buffer text = {0};

	ck_assert(buffer_append_string(&text, start));
	while (buffer_length(&text) < count)
		ck_assert(buffer_append_string(&text, line));
	open_stream(buffer_bytes(&text), VARIANT_PLAIN);
	memory.chunk = 1000;
	ck_assert(!receive_request());
	ck_assert_uint_eq(verdict.code, status);
	ck_assert_uint_gt(memory.input.length, 0);
	buffer_release(&text);
	release();
}

/* FAULTS H2, H3: as soon as the limit is passed, not at the end. */
START_TEST(refuses_more_than_the_limits)
{
	check_refusal("GET /", "x", 20000, HTTP_URI_TOO_LONG);
	check_refusal("", "\r\n", 20000, HTTP_FIELDS_TOO_LARGE);
	check_refusal(
		"GET / HTTP/1.1\r\nA: ", "x", 20000, HTTP_FIELDS_TOO_LARGE);
	check_refusal(
		"GET / HTTP/1.1\r\n", "A: b\r\n", 4000, HTTP_FIELDS_TOO_LARGE);
}
END_TEST

START_TEST(blames_nobody_when_the_peer_is_gone)
{
	open_stream(slice_of("GET / HT"), _i);
	ck_assert(!receive_request());
	ck_assert(verdict_is_fine(verdict));
	release();
	open_stream(slice_of("GET / HT"), _i);
	memory.receive_failure = ECONNRESET;
	ck_assert(!receive_request());
	ck_assert(verdict_is_fine(verdict));
}
END_TEST

/* Who came in time is served, and told with a Close. */
START_TEST(finishes_a_request_when_interrupted)
{
	atomic_bool interrupted = true;

	open_stream(slice_of(REQUEST), _i);
	stream.interrupted = &interrupted;
	ck_assert(receive_request());
}
END_TEST

START_TEST(receives_a_response_in_any_pieces)
{
	open_stream(slice_of(RESPONSE "body"), _i);
	ck_assert(opening_receive_response(
		&stream, &input, deadline_after(LONG_TIME), &head, &verdict));
	ck_assert(verdict_is_fine(verdict));
	ck_assert_uint_eq(head.status, 404);
	ck_assert(slice_equals(head.reason, slice_of("Not Found")));
	ck_assert(slice_equals(head.bytes, slice_of(RESPONSE)));
	receive_rest();
	ck_assert(
		slice_equals(buffer_bytes(&input), slice_of(RESPONSE "body")));
}
END_TEST

START_TEST(passes_over_a_response_that_is_not_the_answer)
{
	open_stream(slice_of("HTTP/1.1 100 Continue\r\n\r\n"
			     "HTTP/1.1 103 Early Hints\r\nLink: "
			     "</a>\r\n\r\n" RESPONSE "gone"),
		_i);
	ck_assert(opening_receive_response(
		&stream, &input, deadline_after(LONG_TIME), &head, &verdict));
	ck_assert_uint_eq(head.status, 404);
	ck_assert(slice_equals(head.bytes, slice_of(RESPONSE)));
}
END_TEST

START_TEST(waits_in_vain_for_the_answer_behind_another)
{
	open_stream(slice_of("HTTP/1.1 102 Processing\r\n\r\n"), _i);
	ck_assert(!opening_receive_response(
		&stream, &input, deadline_after(LONG_TIME), &head, &verdict));
	ck_assert(verdict_is_fine(verdict));
	ck_assert_uint_eq(head.status, 0);
}
END_TEST

START_TEST(refuses_what_is_no_response)
{
	static const char *const texts[] = {REQUEST, "+OK POP3 ready\r\n\r\n",
		"HTTP/1.1 99 Short\r\n\r\n", "220 mail\n"};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		open_stream(slice_of(texts[i]), _i);
		ck_assert(!opening_receive_response(&stream, &input,
			deadline_after(LONG_TIME), &head, &verdict));
		ck_assert_uint_eq(verdict.code, HTTP_BAD_REQUEST);
		release();
	}
}
END_TEST

#define BODY "abcdefghijklmnopqrstuvwxyz"
#define BODY_MAX 20

/* RFC 9112 section 6.3: a length that is none leaves it to the end. */
static const struct {
	const char *field;
	size_t length;
} bodies[] = {
	{"Content-Length: 4", 4},
	{"Content-Length: 0", 0},
	{"Content-Length: 99", BODY_MAX},
	{"Content-Length: 1/", BODY_MAX},
	{"Content-Length: 0:", BODY_MAX},
	{"Content-Length: 3\r\nContent-Length: 3", BODY_MAX},
	{"Other: 3", BODY_MAX},
};

START_TEST(receives_the_body_of_a_response)
{
	struct slice body;
	char text[128];

	snprintf(text, sizeof(text), "HTTP/1.1 404 No\r\n%s\r\n\r\n" BODY,
		bodies[_i].field);
	open_stream(slice_of(text), VARIANT_PLAIN);
	ck_assert(opening_receive_response(
		&stream, &input, deadline_after(LONG_TIME), &head, &verdict));
	body = opening_receive_body(
		&stream, &input, &head, BODY_MAX, deadline_after(LONG_TIME));
	ck_assert(slice_equals(body, (struct slice){BODY, bodies[_i].length}));
}
END_TEST

/* Writes a byte of an endless request every 2 ms until nobody reads it. */
static void *
drip(void *argument)
{
	const struct timespec pause = {.tv_nsec = 2000000};
	int descriptor = *(int *)argument;

	while (send(descriptor, "x", 1, MSG_NOSIGNAL) == 1)
		nanosleep(&pause, NULL);
	return NULL;
}

/* FAULTS H1: each byte comes in time, the request never. */
START_TEST(refuses_a_slow_drip_at_the_absolute_deadline)
{
	int pair[2];
	pthread_t dripping;
	struct transport *transport;
	int64_t deadline;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(pthread_create(&dripping, NULL, drip, &pair[1]), 0);
	transport = tcp_new(pair[0], 0);
	stream_init(&stream, transport, NULL, 0);
	deadline = deadline_after(SHORT_TIME);
	ck_assert(!opening_receive_request(
		&stream, &input, deadline, &head, &verdict));
	ck_assert_uint_eq(verdict.code, HTTP_REQUEST_TIMEOUT);
	ck_assert_int_ge(clock_now(), deadline);
	ck_assert_int_lt(clock_now(), deadline + LONG_TIME);
	ck_assert_uint_gt(buffer_length(&input), 1);
	transport->type->close(transport);
	pthread_join(dripping, NULL);
	close(pair[1]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("opening");
	TCase *cases = tcase_create("opening");

#define add_variants(test)                                                     \
	tcase_add_loop_test(cases, test, 0, MEMORY_TRANSPORT_VARIANTS)
	tcase_add_checked_fixture(cases, NULL, release);
	add_variants(receives_a_request_in_any_pieces);
	add_variants(leaves_the_bytes_behind_the_head_in_the_input);
	add_variants(skips_empty_lines_before_the_request);
	add_variants(refuses_what_is_no_request);
	tcase_add_test(cases, refuses_more_than_the_limits);
	tcase_add_loop_test(
		cases, receives_the_body_of_a_response, 0, COUNT_OF(bodies));
	add_variants(blames_nobody_when_the_peer_is_gone);
	add_variants(finishes_a_request_when_interrupted);
	add_variants(receives_a_response_in_any_pieces);
	add_variants(passes_over_a_response_that_is_not_the_answer);
	add_variants(waits_in_vain_for_the_answer_behind_another);
	add_variants(refuses_what_is_no_response);
	tcase_add_test(cases, refuses_a_slow_drip_at_the_absolute_deadline);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
