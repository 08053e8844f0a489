/* SPDX-License-Identifier: MIT */
#include "agreement.h"

#include "extension_fields.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

static void
assert_direction(
	struct deflate_direction direction, struct deflate_direction expected)
{
	ck_assert_int_eq(direction.window, expected.window);
	ck_assert(direction.no_takeover == expected.no_takeover);
}

void
agreement_assert(const struct deflate_agreement *agreement,
	struct deflate_direction from_server,
	struct deflate_direction from_client)
{
	ck_assert(agreement->enabled);
	assert_direction(agreement->from_server, from_server);
	assert_direction(agreement->from_client, from_client);
}

void
agreement_assert_none(const struct deflate_agreement *agreement)
{
	static const struct deflate_direction nothing;

	ck_assert(!agreement->enabled);
	assert_direction(agreement->from_server, nothing);
	assert_direction(agreement->from_client, nothing);
}

/* The text of a buffer, which is released, until the next call. */
static const char *
text_of(struct buffer *buffer)
{
	static char text[300];
	struct slice bytes = buffer_bytes(buffer);

	snprintf(text, sizeof(text), "%.*s", (int)bytes.length, bytes.data);
	buffer_release(buffer);
	return text;
}

const char *
agreement_accept(const char *offers, const struct deflate_settings *settings,
	struct deflate_agreement *agreement)
{
	struct http_head request = extension_fields_of(offers);
	struct buffer output = {0};

	memset(agreement, 0xFF, sizeof(*agreement));
	ck_assert(deflate_accept(&request, settings, &output, agreement));
	extension_fields_free(&request);
	return text_of(&output);
}

const char *
agreement_offer(const struct deflate_settings *settings)
{
	struct buffer output = {0};

	ck_assert(deflate_offer(settings, &output));
	return text_of(&output);
}

struct verdict
agreement_check(const char *answer, const struct deflate_settings *settings,
	struct deflate_agreement *agreement)
{
	struct http_head response = extension_fields_of(answer);
	struct verdict verdict;

	memset(agreement, 0xFF, sizeof(*agreement));
	verdict = deflate_check(&response, settings, agreement);
	extension_fields_free(&response);
	return verdict;
}
