/* SPDX-License-Identifier: MIT */
#include "memory_transport.h"
#include "suite.h"
#include "transport/tls.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <string.h>

#define REQUEST "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

static struct memory_transport memory;
static struct transport *transport;

static void
begin(const char *input, int variant)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	memory_transport_init_variant(&memory, slice_of(input), variant);
	transport = tls_accept(&memory.transport, context);
	ck_assert_ptr_nonnull(transport);
	SSL_CTX_free(context);
}

static void
end(void)
{
	transport->type->close(transport);
	ck_assert(memory.closed);
	memory_transport_release(&memory);
}

/* Returns 0 or errno. */
static int
open_it(void)
{
	while (transport->type->open(transport) < 0)
		if (errno != EINTR)
			return errno;
	return 0;
}

static void
receives(const char *text)
{
	size_t left = strlen(text);
	char received[100];

	while (left > 0) {
		ssize_t result = transport->type->receive(
			transport, received, sizeof(received));

		if (result < 0) {
			ck_assert_int_eq(errno, EINTR);
			continue;
		}
		ck_assert_int_gt(result, 0);
		ck_assert_uint_le((size_t)result, left);
		ck_assert_int_eq(memcmp(received, text, (size_t)result), 0);
		text += result;
		left -= (size_t)result;
	}
}

START_TEST(passes_what_begins_with_a_capital_letter)
{
	char first[] = "no", second[] = "thing";
	struct slice sent;

	begin(REQUEST, _i);
	ck_assert_int_eq(open_it(), EPROTO);
	ck_assert(tls_is_plain(transport));
	receives(&REQUEST[1]);
	while (transport->type->send(transport,
		       (struct iovec[]){{first, 2}, {second, 5}}, 2) < 0)
		ck_assert_int_eq(errno, EINTR);
	sent = buffer_bytes(&memory.sent);
	ck_assert_uint_gt(sent.length, 0);
	ck_assert_int_eq(memcmp(sent.data, "nothing", sent.length), 0);
	end();
}
END_TEST

START_TEST(finishes_without_a_close_notify)
{
	begin(REQUEST, _i);
	ck_assert_int_eq(open_it(), EPROTO);
	ck_assert_int_eq(transport->type->finish(transport), 0);
	ck_assert(memory.finished);
	ck_assert_uint_eq(buffer_length(&memory.sent), 0);
	end();
}
END_TEST

START_TEST(has_nothing_to_tell_of_plain_bytes)
{
	struct tls_facts facts;

	begin(REQUEST, 0);
	ck_assert_int_eq(open_it(), EPROTO);
	tls_describe(transport, &facts);
	ck_assert_str_eq(facts.version, "");
	ck_assert_str_eq(facts.cipher, "");
	ck_assert_str_eq(facts.server_name, "");
	ck_assert_str_eq(facts.client_subject, "");
	ck_assert_ptr_null(transport->type->explain(transport));
	end();
}
END_TEST

static const char *const others[] = {
	"@", "[", "a", "\x16", "\x80", "\n", "\xC1"};

START_TEST(takes_no_other_byte_for_plain)
{
	begin(others[_i], 0);
	ck_assert_int_eq(open_it(), EPROTO);
	ck_assert(!tls_is_plain(transport));
	end();
}
END_TEST

START_TEST(tells_that_a_client_went_away_without_a_word)
{
	begin("", _i);
	ck_assert_int_eq(open_it(), ECONNRESET);
	ck_assert_ptr_null(transport->type->explain(transport));
	end();
}
END_TEST

START_TEST(waits_for_the_first_byte_again_after_a_time_limit)
{
	begin("", 0);
	memory.later = slice_of(REQUEST);
	ck_assert_int_eq(open_it(), EAGAIN);
	ck_assert_int_eq(open_it(), EPROTO);
	ck_assert(tls_is_plain(transport));
	end();
}
END_TEST

START_TEST(describes_no_other_transport)
{
	struct tls_facts facts;

	memory_transport_init(&memory, slice_of(""), 1);
	ck_assert(!tls_is_plain(&memory.transport));
	tls_describe(&memory.transport, &facts);
	ck_assert_str_eq(facts.version, "");
}
END_TEST

static Suite *
plain_suite(void)
{
	Suite *suite = suite_create("tls_plain");
	TCase *plain = tcase_create("plain");
	int variants = MEMORY_TRANSPORT_VARIANTS;

	tcase_add_loop_test(
		plain, passes_what_begins_with_a_capital_letter, 0, variants);
	tcase_add_loop_test(
		plain, finishes_without_a_close_notify, 0, variants);
	tcase_add_test(plain, has_nothing_to_tell_of_plain_bytes);
	tcase_add_loop_test(
		plain, takes_no_other_byte_for_plain, 0, COUNT_OF(others));
	tcase_add_loop_test(plain, tells_that_a_client_went_away_without_a_word,
		0, variants);
	tcase_add_test(
		plain, waits_for_the_first_byte_again_after_a_time_limit);
	tcase_add_test(plain, describes_no_other_transport);
	suite_add_tcase(suite, plain);
	return suite;
}

int
main(void)
{
	return suite_run(plain_suite());
}
