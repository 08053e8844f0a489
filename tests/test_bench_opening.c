/* SPDX-License-Identifier: MIT */
#include "bench/opening.h"
#include "suite.h"

#include <string.h>

static struct bench_options options;
static struct request request;
static struct buffer output;
static struct opening *opening;

static void
begin(const char *option)
{
	char *arguments[] = {(char *)(uintptr_t) "wsbench",
		(char *)(uintptr_t) "ws://host:99/path?query",
		(char *)(uintptr_t)option, NULL};

	ck_assert_int_eq(bench_options_parse(
				 &options, option == NULL ? 2 : 3, arguments),
		OPTION_RUN);
	ck_assert(request_init(&request, &options));
	opening = opening_new(&request, &output);
	ck_assert_ptr_nonnull(opening);
}

static void
set_up(void)
{
	begin(NULL);
}

static void
tear_down(void)
{
	opening_free(opening);
	request_release(&request);
	buffer_release(&output);
}

static void
begin_again(const char *option)
{
	tear_down();
	begin(option);
}

/* The right 101, with more fields; each of its bytes alone. */
static bool
answer(const char *more, const char *behind)
{
	char accept[HANDSHAKE_ACCEPT_LENGTH + 1];
	struct buffer bytes = {0};
	bool is_judged = false;
	struct slice rest;

	ck_assert(handshake_accept(slice_of(opening->offer.key), accept));
	ck_assert(buffer_append_string(&bytes,
			  "HTTP/1.1 101 Switching Protocols\r\n"
			  "Upgrade: websocket\r\nConnection: Upgrade\r\n"
			  "Sec-WebSocket-Accept: ") &&
		  buffer_append_string(&bytes, accept) &&
		  buffer_append_string(&bytes, "\r\n") &&
		  buffer_append_string(&bytes, more) &&
		  buffer_append_string(&bytes, "\r\n"));
	rest = buffer_bytes(&bytes);
	for (; rest.length > 0; rest.data++, rest.length--) {
		ck_assert(!is_judged);
		ck_assert(buffer_append(
			&opening->input, (struct slice){rest.data, 1}));
		if (rest.length == 1)
			ck_assert(
				buffer_append_string(&opening->input, behind));
		is_judged = opening_judge(opening, &request);
	}
	buffer_release(&bytes);
	return is_judged;
}

static bool
has(const char *text)
{
	ck_assert(buffer_append(&output, (struct slice){"", 1}));
	return strstr(buffer_bytes(&output).data, text) != NULL;
}

START_TEST(asks_for_the_target_of_the_url)
{
	ck_assert(has("GET /path?query HTTP/1.1\r\nHost: host:99\r\n"));
	ck_assert(!has("Sec-WebSocket-Extensions"));
}
END_TEST

START_TEST(has_another_key_for_each_connection)
{
	struct opening *other = opening_new(&request, &output);

	ck_assert_str_ne(opening->offer.key, other->offer.key);
	opening_free(other);
}
END_TEST

START_TEST(takes_the_right_answer)
{
	ck_assert(answer("", "frames"));
	ck_assert(verdict_is_fine(opening->verdict));
	ck_assert_uint_eq(opening->head_length + strlen("frames"),
		buffer_length(&opening->input));
}
END_TEST

START_TEST(refuses_the_answer_to_another_key)
{
	opening->offer.key[0] ^= 1;
	ck_assert(buffer_append_string(&opening->input,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Accept: "
		"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
	ck_assert(opening_judge(opening, &request));
	ck_assert(!verdict_is_fine(opening->verdict));
	ck_assert_uint_eq(opening->status, 101);
}
END_TEST

START_TEST(refuses_another_status)
{
	ck_assert(buffer_append_string(&opening->input,
		"HTTP/1.1 503 Full\r\nContent-Length: 0\r\n\r\n"));
	ck_assert(opening_judge(opening, &request));
	ck_assert_uint_eq(opening->verdict.code, 503);
	ck_assert_uint_eq(opening->status, 503);
}
END_TEST

START_TEST(refuses_what_is_no_http)
{
	ck_assert(buffer_append_string(&opening->input, "hello\n"));
	ck_assert(opening_judge(opening, &request));
	ck_assert(!verdict_is_fine(opening->verdict));
	ck_assert_uint_eq(opening->status, 0);
}
END_TEST

START_TEST(refuses_an_extension_that_was_not_offered)
{
	ck_assert(answer("Sec-WebSocket-Extensions: permessage-deflate; "
			 "server_max_window_bits=12\r\n",
		""));
	ck_assert(!verdict_is_fine(opening->verdict));
}
END_TEST

START_TEST(insists_on_compression_if_that_is_wanted)
{
	begin_again("--deflate");
	ck_assert(has("Sec-WebSocket-Extensions: permessage-deflate"));
	ck_assert(answer("", ""));
	ck_assert(!verdict_is_fine(opening->verdict));
	begin_again("--deflate");
	ck_assert(answer("Sec-WebSocket-Extensions: permessage-deflate; "
			 "server_max_window_bits=11; "
			 "client_max_window_bits=10\r\n",
		""));
	ck_assert(verdict_is_fine(opening->verdict));
	ck_assert_int_eq(opening->agreement.from_client.window, 10);
	ck_assert_int_eq(opening->agreement.from_server.window, 11);
}
END_TEST

START_TEST(has_the_key_of_the_rfc_for_a_plain_echo)
{
	options.is_plain_echo = true;
	request_release(&request);
	ck_assert(request_init(&request, &options));
	opening_free(opening);
	opening = opening_new(&request, &output);
	ck_assert_str_eq(opening->offer.key, "dGhlIHNhbXBsZSBub25jZQ==");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bench opening");
	TCase *cases = tcase_create("bench opening");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, asks_for_the_target_of_the_url);
	tcase_add_test(cases, has_another_key_for_each_connection);
	tcase_add_test(cases, takes_the_right_answer);
	tcase_add_test(cases, refuses_the_answer_to_another_key);
	tcase_add_test(cases, refuses_another_status);
	tcase_add_test(cases, refuses_what_is_no_http);
	tcase_add_test(cases, refuses_an_extension_that_was_not_offered);
	tcase_add_test(cases, insists_on_compression_if_that_is_wanted);
	tcase_add_test(cases, has_the_key_of_the_rfc_for_a_plain_echo);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
