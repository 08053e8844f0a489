/* SPDX-License-Identifier: MIT */
#include "server/tally.h"

#include "protocol/http.h"

#include <assert.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The first that fits is the one; without a sentence, any does. */
static const struct {
	unsigned status;
	const char *why;
	const char *name;
} reasons[] = {
	{HTTP_BAD_REQUEST, NULL, "malformed"}, {HTTP_FORBIDDEN, NULL, "origin"},
	{HTTP_NOT_FOUND, NULL, "not_found"},
	{HTTP_METHOD_NOT_ALLOWED, NULL, "method"},
	{HTTP_REQUEST_TIMEOUT, NULL, "timeout"},
	{HTTP_URI_TOO_LONG, NULL, "uri_too_long"},
	{HTTP_UPGRADE_REQUIRED, NULL, "upgrade_required"},
	{HTTP_FIELDS_TOO_LARGE, NULL, "fields_too_large"},
	{HTTP_VERSION_NOT_SUPPORTED, NULL, "version"},
	{HTTP_SERVICE_UNAVAILABLE, TALLY_TOO_MANY_CLIENTS, "max_clients"},
	{HTTP_SERVICE_UNAVAILABLE, TALLY_TOO_MANY_PENDING, "max_pending"},
	{HTTP_SERVICE_UNAVAILABLE, TALLY_TOO_MANY_OF_HOST,
		"max_clients_per_ip"},
	{HTTP_SERVICE_UNAVAILABLE, TALLY_GOING_AWAY, "going_away"},
	{HTTP_SERVICE_UNAVAILABLE, NULL, "resources"},
	{0, TALLY_NO_PROXY, "proxy"}, {0, NULL, "tls"},
	{0, "", "other"}, /* the last takes the rest */
};

/* The ranges of RFC 6455 section 7.4.2 are one class each. */
static const struct {
	unsigned first, last;
	const char *name;
} codes[] = {
	{1000, 1000, "1000"},
	{1001, 1001, "1001"},
	{1002, 1002, "1002"},
	{1003, 1003, "1003"},
	{1005, 1005, "1005"},
	{1006, 1006, "1006"},
	{1007, 1007, "1007"},
	{1008, 1008, "1008"},
	{1009, 1009, "1009"},
	{1010, 1010, "1010"},
	{1011, 1011, "1011"},
	{1012, 1012, "1012"},
	{1013, 1013, "1013"},
	{1014, 1014, "1014"},
	{3000, 3999, "3000-3999"},
	{4000, 4999, "4000-4999"},
	{0, ~0U, "other"},
};

static const int64_t bounds[] = {500, 1000, 2500, 5000, 10000, 25000, 50000,
	100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};

static_assert(COUNT_OF(reasons) == TALLY_REASONS, "every reason is counted");
static_assert(COUNT_OF(codes) == TALLY_CODES, "every code is counted");
static_assert(COUNT_OF(bounds) == TALLY_BOUNDS, "every time is counted");

void
tally_refusal(struct tally *tally, struct verdict verdict)
{
	size_t i = 0;

	while (i < TALLY_REASONS - 1 &&
		(verdict.code != reasons[i].status ||
			(reasons[i].why != NULL &&
				strcmp(verdict.why, reasons[i].why) != 0)))
		i++;
	tally->refused[i]++;
}

void
tally_end(struct tally *tally, struct connection_end end)
{
	size_t i = 0;

	while (end.code < codes[i].first || end.code > codes[i].last)
		i++;
	tally->ended[i][end.by]++;
}

void
tally_handshake(struct tally *tally, int64_t took)
{
	size_t i = 0;

	while (i < TALLY_BOUNDS && took > bounds[i])
		i++;
	tally->handshakes[i]++;
	tally->handshake_time += (uint64_t)took;
}

uint64_t
tally_refusals(const struct tally *tally)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < TALLY_REASONS; i++)
		sum += tally->refused[i];
	return sum;
}

const char *
tally_reason_name(size_t reason)
{
	return reasons[reason].name;
}

const char *
tally_code_name(size_t code)
{
	return codes[code].name;
}

const char *
tally_ender_name(enum closed_by by)
{
	switch (by) {
	case CLOSED_BY_PEER:
		return "client";
	case CLOSED_BY_US:
		return "server";
	default:
		return "nobody";
	}
}

int64_t
tally_bound(size_t bound)
{
	return bounds[bound];
}
