/* SPDX-License-Identifier: MIT */
#include "agreement.h"
#include "extension_fields.h"
#include "room.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

#define TEN(text) text text text text text text text text text text

static const struct deflate_settings plain = {.enabled = true, .window = 15};
static const struct deflate_settings narrow = {.enabled = true, .window = 10};
static const struct deflate_settings forgetful = {
	.enabled = true, .no_takeover = true, .window = 15};
static const struct deflate_settings none = {.window = 15};

static const struct {
	const struct deflate_settings *settings;
	const char *offers, *answer;
	struct deflate_direction from_server, from_client;
} offers[] = {
	{&plain, PMD, PMD, {15, false}, {15, false}},
	{&narrow, PMD, PMD, {10, false}, {15, false}},
	{&forgetful, PMD, PMD SNT CNT, {15, true}, {15, true}},
	{&plain, PMD CW, PMD CW "=15", {15, false}, {15, false}},
	{&narrow, PMD CW, PMD CW "=10", {10, false}, {10, false}},
	{&narrow, PMD CW "=12", PMD CW "=10", {10, false}, {10, false}},
	{&narrow, PMD CW "=8", PMD CW "=8", {10, false}, {8, false}},
	{&plain, PMD SW "=8", PMD SW "=8", {8, false}, {15, false}},
	{&narrow, PMD SW "=8", PMD SW "=8", {8, false}, {15, false}},
	{&narrow, PMD SW "=15", PMD SW "=10", {10, false}, {15, false}},
	{&plain, PMD SNT, PMD SNT, {15, true}, {15, false}},
	{&plain, PMD CNT, PMD CNT, {15, false}, {15, true}},
	{&plain, PMD CW SW "=\"15\"" CNT SNT, PMD SNT CNT SW "=15" CW "=15",
		{15, true}, {15, true}},
	{&narrow, PMD CW "=\"\\1\\1\"" SW " = 9\t", PMD SW "=9" CW "=10",
		{9, false}, {10, false}},
	{&plain, "a, b; c=\"d\"\n, " PMD SW "=11", PMD SW "=11", {11, false},
		{15, false}},
	{&plain, PMD SW "=12, " PMD CW, PMD SW "=12", {12, false}, {15, false}},
	{&plain, PMD SW "=7, " PMD SW "=16\n" PMD SW "=9, " PMD, PMD SW "=9",
		{9, false}, {15, false}},
	{&plain, PMD SW "=8" SW "=8, " PMD "; x, " PMD, PMD, {15, false},
		{15, false}},
};

START_TEST(accepts_the_first_offer_that_it_can)
{
	struct deflate_agreement agreement;

	ck_assert_str_eq(agreement_accept(offers[_i].offers,
				 offers[_i].settings, &agreement),
		offers[_i].answer);
	agreement_assert(
		&agreement, offers[_i].from_server, offers[_i].from_client);
}
END_TEST

/* What no offer of the extension may say, nor an answer. */
static const char *const invalid_parameters[] = {SNT "=1", SNT "=true",
	CNT "=15", SNT SNT, CNT SNT CNT, SW, SW "=0", SW "=7", SW "=16",
	SW "=015", SW "=08", SW "=80", SW "=1", SW "=1o", SW "=+9", SW "=-9",
	SW "=9.0", SW "=0x9", SW "=4294967311", SW "=18446744073709551631",
	SW "=999999999999999999999999999999999", SW "=\"16\"", SW "=9" SW "=9",
	SW "=9" SW "=10", CW "=0", CW "=7", CW "=16", CW "=015", CW "=-9",
	CW "=4294967311", CW "=\"7\"", CW "=9" CW "=9", CW "=9" CW, CW CW,
	CW CW "=9", "; a", "; a=1", "; server_max_window_bits_=9",
	"; server_max_window_bit=9", "; Server_max_window_bits=9",
	"; SERVER_NO_CONTEXT_TAKEOVER", "; no_context_takeover",
	SNT CNT SW "=9" CW "=9" SNT, SW "=10" CW "=9; a"};

START_TEST(declines_an_offer_with_an_invalid_parameter)
{
	struct deflate_agreement agreement;
	char text[300];

	snprintf(text, sizeof(text), PMD "%s", invalid_parameters[_i]);
	ck_assert_str_eq(agreement_accept(text, &plain, &agreement), "");
	agreement_assert_none(&agreement);
	strcat(text, ", " PMD);
	ck_assert_str_eq(agreement_accept(text, &plain, &agreement), PMD);
	agreement_assert(&agreement, (struct deflate_direction){15, false},
		(struct deflate_direction){15, false});
}
END_TEST

START_TEST(fails_for_an_answer_with_an_invalid_parameter)
{
	struct deflate_agreement agreement;
	char text[300];

	snprintf(text, sizeof(text), PMD "%s", invalid_parameters[_i]);
	ck_assert_str_eq(agreement_check(text, &plain, &agreement).why,
		PMD " with an invalid parameter");
	agreement_assert_none(&agreement);
}
END_TEST

/* Neither an acceptable offer nor an answer that one could live with. */
static const char *const no_extensions[] = {"", ",", " \n,\n", "x",
	"Permessage-Deflate", "permessage-deflates", "permessage-deflat",
	"x-webkit-deflate-frame", "permessage-bzip2; a=1, x", PMD ";",
	PMD ";" CNT, PMD SW "=", PMD SW "=\"\"", PMD SW "=\"9", PMD SW "=9\"",
	PMD SW "= 9 9", PMD SW "=\"9,10\"", PMD " x", PMD "=9", PMD ", a b",
	"a;, " PMD, PMD "\n\"" PMD "\"",
	TEN(PMD ", ") TEN(PMD ", ") TEN(PMD ", ") PMD ",,", TEN(TEN(PMD "\n")),
	TEN(TEN(PMD "; a, "))};

START_TEST(declines_what_is_malformed_or_unknown)
{
	struct deflate_agreement agreement;

	ck_assert_str_eq(
		agreement_accept(no_extensions[_i], &plain, &agreement), "");
	agreement_assert_none(&agreement);
}
END_TEST

START_TEST(fails_for_an_answer_that_is_malformed_or_unknown)
{
	struct deflate_agreement agreement;
	struct verdict verdict =
		agreement_check(no_extensions[_i], &plain, &agreement);

	ck_assert_uint_eq(verdict.code, HTTP_SWITCHING_PROTOCOLS);
	ck_assert_ptr_nonnull(strstr(verdict.why, "Sec-WebSocket-Extensions"));
	agreement_assert_none(&agreement);
}
END_TEST

START_TEST(accepts_nothing_that_is_not_offered_or_not_enabled)
{
	struct deflate_agreement agreement;

	ck_assert_str_eq(agreement_accept(NULL, &plain, &agreement), "");
	agreement_assert_none(&agreement);
	ck_assert_str_eq(agreement_accept(PMD, &none, &agreement), "");
	agreement_assert_none(&agreement);
}
END_TEST

START_TEST(ten_thousand_commas_are_no_offer)
{
	char text[10000 + sizeof(PMD)];
	struct deflate_agreement agreement;

	memset(text, ',', 10000);
	strcpy(text + 10000, PMD);
	ck_assert_str_eq(agreement_accept(text, &plain, &agreement), "");
	agreement_assert_none(&agreement);
	memset(text + 31, ' ', 10000 - 31);
	ck_assert_str_eq(agreement_accept(text, &plain, &agreement), PMD);
}
END_TEST

static const struct {
	struct deflate_settings settings;
	const char *offer;
} own_offers[] = {
	{{false, true, 9, 6}, ""},
	{{true, false, 15, 6}, PMD CW},
	{{true, false, 14, 6}, PMD CW SW "=14"},
	{{true, false, 9, 6}, PMD CW SW "=9"},
	{{true, true, 15, 6}, PMD CW SNT CNT},
	{{true, true, 10, 6}, PMD CW SW "=10" SNT CNT},
};

START_TEST(offers_what_the_settings_say)
{
	ck_assert_str_eq(agreement_offer(&own_offers[_i].settings),
		own_offers[_i].offer);
}
END_TEST

static const struct {
	const struct deflate_settings *settings;
	const char *answer;
	struct deflate_direction from_server, from_client;
} answers[] = {
	{&plain, PMD, {15, false}, {15, false}},
	{&plain, ", " PMD " ,\n\t", {15, false}, {15, false}},
	{&plain, PMD SNT, {15, true}, {15, false}},
	{&plain, PMD CNT, {15, false}, {15, true}},
	{&plain, PMD SW "=8" CW "=8", {8, false}, {8, false}},
	{&plain, PMD CW "=\"1\\5\"" CNT SW "=\"15\"" SNT, {15, true},
		{15, true}},
	{&narrow, PMD SW "=10", {10, false}, {10, false}},
	{&narrow, PMD SW "=9" CW "=11", {9, false}, {10, false}},
	{&narrow, PMD SW "=9" CW "=9", {9, false}, {9, false}},
	{&forgetful, PMD SNT, {15, true}, {15, true}},
	{&forgetful, PMD SNT CNT SW "=9", {9, true}, {15, true}},
};

START_TEST(agrees_to_an_answer_within_the_offer)
{
	struct deflate_agreement agreement;

	ck_assert(verdict_is_fine(agreement_check(
		answers[_i].answer, answers[_i].settings, &agreement)));
	agreement_assert(
		&agreement, answers[_i].from_server, answers[_i].from_client);
}
END_TEST

START_TEST(agrees_to_no_extension_at_all)
{
	struct deflate_agreement agreement;

	ck_assert(
		verdict_is_fine(agreement_check(NULL, &forgetful, &agreement)));
	agreement_assert_none(&agreement);
	ck_assert(verdict_is_fine(agreement_check(NULL, &none, &agreement)));
	agreement_assert_none(&agreement);
}
END_TEST

#define FIELD "Sec-WebSocket-Extensions"

static const struct {
	const struct deflate_settings *settings;
	const char *answer, *why;
} bad_answers[] = {
	{&none, PMD, FIELD " was not offered"},
	{&none, "", FIELD " was not offered"},
	{&plain, "", FIELD " is empty"},
	{&plain, ",\n\n,", FIELD " is empty"},
	{&plain, PMD ";", FIELD " is malformed"},
	{&plain, PMD ", a b", FIELD " is malformed"},
	{&plain, "x", FIELD " has one that was not offered"},
	{&plain, "x, " PMD, FIELD " has one that was not offered"},
	{&plain, "PERMESSAGE-DEFLATE", FIELD " has one that was not offered"},
	{&plain, PMD ", x", FIELD " has more than was offered"},
	{&plain, PMD "\n" PMD, FIELD " has more than was offered"},
	{&plain, PMD CW, PMD " with an invalid parameter"},
	{&plain, PMD CW "; x", PMD " with an invalid parameter"},
	{&forgetful, PMD, PMD " without server_no_context_takeover"},
	{&forgetful, PMD CNT, PMD " without server_no_context_takeover"},
	{&narrow, PMD, PMD " without server_max_window_bits"},
	{&narrow, PMD CW "=9", PMD " without server_max_window_bits"},
	{&narrow, PMD SW "=11", "server_max_window_bits is more than offered"},
	{&narrow, PMD SW "=15", "server_max_window_bits is more than offered"},
};

START_TEST(fails_for_an_answer_that_goes_beyond_the_offer)
{
	struct deflate_agreement agreement;
	struct verdict verdict = agreement_check(
		bad_answers[_i].answer, bad_answers[_i].settings, &agreement);

	ck_assert_uint_eq(verdict.code, HTTP_SWITCHING_PROTOCOLS);
	ck_assert_str_eq(verdict.why, bad_answers[_i].why);
	agreement_assert_none(&agreement);
}
END_TEST

static bool
write_answer(struct buffer *output, const void *request)
{
	struct deflate_agreement agreement;
	bool written = deflate_accept(request, &narrow, output, &agreement);

	ck_assert(agreement.enabled == written);
	if (!written)
		agreement_assert_none(&agreement);
	return written;
}

static bool
write_offer(struct buffer *output, const void *settings)
{
	return deflate_offer(settings, output);
}

START_TEST(what_memory_is_short_for_is_neither_offered_nor_agreed_on)
{
	const struct deflate_settings settings = {true, true, 10, 6};
	struct http_head request =
		extension_fields_of("x, " PMD CW SW "=9" SNT CNT);

	room_assert_filled(
		write_answer, &request, PMD SNT CNT SW "=9" CW "=10");
	extension_fields_free(&request);
	room_assert_filled(write_offer, &settings, PMD CW SW "=10" SNT CNT);
}
END_TEST

START_TEST(appends_behind_what_is_there)
{
	struct http_head request = extension_fields_of(PMD);
	struct buffer output = {0};
	struct deflate_agreement agreement;

	ck_assert(buffer_append_string(&output, "a: "));
	ck_assert(deflate_accept(&request, &plain, &output, &agreement));
	ck_assert(deflate_offer(&plain, &output));
	ck_assert(slice_equals(
		buffer_bytes(&output), slice_of("a: " PMD PMD CW)));
	buffer_release(&output);
	extension_fields_free(&request);
}
END_TEST

static void
add_server_tests(TCase *cases)
{
	tcase_add_loop_test(cases, accepts_the_first_offer_that_it_can, 0,
		COUNT_OF(offers));
	tcase_add_loop_test(cases, declines_an_offer_with_an_invalid_parameter,
		0, COUNT_OF(invalid_parameters));
	tcase_add_loop_test(cases, declines_what_is_malformed_or_unknown, 0,
		COUNT_OF(no_extensions));
	tcase_add_test(
		cases, accepts_nothing_that_is_not_offered_or_not_enabled);
	tcase_add_test(cases, ten_thousand_commas_are_no_offer);
}

static void
add_client_tests(TCase *cases)
{
	tcase_add_loop_test(
		cases, offers_what_the_settings_say, 0, COUNT_OF(own_offers));
	tcase_add_loop_test(cases, agrees_to_an_answer_within_the_offer, 0,
		COUNT_OF(answers));
	tcase_add_test(cases, agrees_to_no_extension_at_all);
	tcase_add_loop_test(cases,
		fails_for_an_answer_with_an_invalid_parameter, 0,
		COUNT_OF(invalid_parameters));
	tcase_add_loop_test(cases,
		fails_for_an_answer_that_is_malformed_or_unknown, 0,
		COUNT_OF(no_extensions));
	tcase_add_loop_test(cases,
		fails_for_an_answer_that_goes_beyond_the_offer, 0,
		COUNT_OF(bad_answers));
}

int
main(void)
{
	Suite *suite = suite_create("permessage_deflate");
	TCase *cases = tcase_create("permessage_deflate");

	add_server_tests(cases);
	add_client_tests(cases);
	tcase_add_test(cases,
		what_memory_is_short_for_is_neither_offered_nor_agreed_on);
	tcase_add_test(cases, appends_behind_what_is_there);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
