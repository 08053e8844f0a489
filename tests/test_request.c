/* SPDX-License-Identifier: MIT */
/* The offer that options make; what is no good is told and not sent. */
#include "capture.h"
#include "client/request.h"
#include "scratch.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct client_options options;
static struct client_request request;
static struct deflate_settings deflate;

static void
set_up(void)
{
	scratch_enter();
	options = (struct client_options){0};
	deflate = (struct deflate_settings){.enabled = false};
	ck_assert_ptr_null(
		uri_parse(&options.uri, slice_of("ws://host:81/path?query")));
}

static void
tear_down(void)
{
	client_request_release(&request);
	client_options_release(&options);
	scratch_leave();
}

static void
add_header(const char *header)
{
	static const struct option_row row = {.field = 0};

	ck_assert_ptr_null(option_add_string(&row, header, &options.headers));
}

static void
write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	fputs(text, file);
	fclose(file);
}

static bool
init(void)
{
	return client_request_init(&request, &options, &deflate);
}

START_TEST(says_what_the_url_says)
{
	ck_assert(init());
	ck_assert(slice_equals(request.offer.host, slice_of("host:81")));
	ck_assert(slice_equals(request.offer.target, slice_of("/path?query")));
	ck_assert_uint_eq(request.offer.origin.length, 0);
	ck_assert_uint_eq(request.offer.more_fields.length, 0);
	ck_assert_uint_eq(strlen(request.offer.key), HANDSHAKE_KEY_LENGTH);
}
END_TEST

START_TEST(offers_compression_where_it_is_wanted)
{
	deflate = (struct deflate_settings){
		.enabled = true, .window = DEFLATE_WINDOW_MAX, .level = 6};
	ck_assert(init());
	ck_assert_uint_gt(request.offer.extensions.length, 0);
	client_request_release(&request);
	deflate.enabled = false;
	ck_assert(init());
	ck_assert_uint_eq(request.offer.extensions.length, 0);
}
END_TEST

START_TEST(adds_fields_from_arguments_and_files)
{
	write_file("fields", "One: 1\r\n\nTwo:\t2 \nHost: other");
	add_header("@fields");
	add_header("Three:3");
	add_header("origin: http://here");
	ck_assert(init());
	ck_assert(slice_equals(request.offer.more_fields,
		slice_of("One: 1\r\nTwo: 2\r\nThree: 3\r\n")));
	ck_assert(slice_equals(request.offer.host, slice_of("other")));
	ck_assert(slice_equals(request.offer.origin, slice_of("http://here")));
}
END_TEST

/* RFC 7617 section 2 */
START_TEST(authenticates_as_a_file_says)
{
	write_file("secret", "Aladdin:open sesame\nmore\n");
	options.auth_file = "secret";
	ck_assert(init());
	ck_assert(slice_equals(request.offer.more_fields,
		slice_of("Authorization: Basic "
			 "QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n")));
}
END_TEST

static const char *const wrong_headers[] = {"Upgrade: x", "connection: x",
	"Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 8",
	"sec-websocket-protocol: x", "Content-Length: 1",
	"Transfer-Encoding: chunked", ": x", "A B: x", "A : x",
	"Host:", "A: \x01", "@no-such-file", "@bad-file"};

START_TEST(refuses_fields_that_are_not_to_be_sent)
{
	write_file("bad-file", "One: 1\nTwo\n");
	add_header(wrong_headers[_i]);
	capture_begin(STDERR_FILENO);
	ck_assert(!init());
	free(capture_end());
}
END_TEST

START_TEST(refuses_a_second_host_or_origin)
{
	options.origin = "http://here";
	add_header("Origin: http://there");
	capture_begin(STDERR_FILENO);
	ck_assert(!init());
	free(capture_end());
}
END_TEST

START_TEST(refuses_a_file_without_user_and_password)
{
	write_file("secret", _i == 0 ? "" : "nobody\na:b\n");
	options.auth_file = "secret";
	capture_begin(STDERR_FILENO);
	ck_assert(!init());
	free(capture_end());
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("request");
	TCase *cases = tcase_create("request");

	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, says_what_the_url_says);
	tcase_add_test(cases, offers_compression_where_it_is_wanted);
	tcase_add_test(cases, adds_fields_from_arguments_and_files);
	tcase_add_test(cases, authenticates_as_a_file_says);
	tcase_add_loop_test(cases, refuses_fields_that_are_not_to_be_sent, 0,
		COUNT_OF(wrong_headers));
	tcase_add_test(cases, refuses_a_second_host_or_origin);
	tcase_add_loop_test(
		cases, refuses_a_file_without_user_and_password, 0, 2);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
