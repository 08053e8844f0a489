/* SPDX-License-Identifier: MIT */
/* What becomes of handshakes when libcrypto can have no memory. */
#include "peer.h"
#include "protocol/handshake.h"

#include <openssl/crypto.h>
#include <stdlib.h>

static bool is_short;

static void *
allocate(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return is_short ? NULL : malloc(size);
}

static void *
reallocate(void *block, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return is_short ? NULL : realloc(block, size);
}

static void
release(void *block, const char *file, int line)
{
	(void)file;
	(void)line;
	free(block);
}

/* Once libcrypto has set itself up, as it cannot do without memory. */
static void
set_up(void)
{
	char accept[HANDSHAKE_ACCEPT_LENGTH + 1];

	ck_assert(handshake_accept(slice_of(PEER_KEY), accept));
	is_short = true;
}

static void
tear_down(void)
{
	is_short = false;
}

START_TEST(no_accept_is_made_up)
{
	char accept[HANDSHAKE_ACCEPT_LENGTH + 1];

	ck_assert(!handshake_accept(slice_of(PEER_KEY), accept));
	is_short = false;
	ck_assert(handshake_accept(slice_of(PEER_KEY), accept));
}
END_TEST

START_TEST(a_server_writes_no_response)
{
	struct http_head request;
	struct buffer output = {0};

	ck_assert(verdict_is_fine(
		http_request_parse(slice_of(PEER_REQUEST), &request)));
	ck_assert(!handshake_write_response(&output, &request,
		(struct slice){NULL, 0}, (struct slice){NULL, 0}));
	ck_assert_uint_eq(buffer_length(&output), 0);
	buffer_release(&output);
}
END_TEST

START_TEST(a_client_says_why_it_refuses_a_response)
{
	struct handshake_offer offer = {.key = PEER_KEY};
	struct http_head response;
	struct slice subprotocol;
	struct verdict verdict;

	ck_assert(verdict_is_fine(
		http_response_parse(slice_of(PEER_RESPONSE), &response)));
	verdict = handshake_check_response(&response, &offer, &subprotocol);
	ck_assert(!verdict_is_fine(verdict));
	ck_assert_str_eq(verdict.why, "out of memory");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("shortage");
	TCase *cases = tcase_create("shortage");

	if (CRYPTO_set_mem_functions(allocate, reallocate, release) != 1)
		return EXIT_FAILURE;
	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, no_accept_is_made_up);
	tcase_add_test(cases, a_server_writes_no_response);
	tcase_add_test(cases, a_client_says_why_it_refuses_a_response);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
