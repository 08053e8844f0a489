/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "protocol/close_code.h"
#include "protocol/utf8.h"
#include "suite.h"

#include <string.h>

/* Section 7.4 and IANA's registry, from 0 to 65535 without a gap. */
static const struct {
	unsigned first, last;
	bool sendable;
} ranges[] = {
	{0, 999, false},
	{1000, 1003, true},
	{1004, 1006, false},
	{1007, 1014, true},
	{1015, 2999, false},
	{3000, 4999, true},
	{5000, 65535, false},
};

START_TEST(the_table_of_codes_has_no_gap)
{
	unsigned next = 0;

	for (size_t i = 0; i < COUNT_OF(ranges); i++) {
		ck_assert_uint_eq(ranges[i].first, next);
		next = ranges[i].last + 1;
	}
	ck_assert_uint_eq(next, 65536);
}
END_TEST

START_TEST(codes_are_sendable_as_section_7_4_says)
{
	for (unsigned code = ranges[_i].first; code <= ranges[_i].last; code++)
		if (close_code_is_sendable(code) != ranges[_i].sendable)
			ck_abort_msg("%u", code);
}
END_TEST

START_TEST(no_number_over_16_bits_is_a_code)
{
	ck_assert(!close_code_is_sendable(65536));
	ck_assert(!close_code_is_sendable(65536 + CLOSE_NORMAL));
	ck_assert(!close_code_is_sendable(~0U));
}
END_TEST

static struct verdict
decode(const char *payload, size_t length, unsigned *code)
{
	char *copy = guard_copy(payload, length);
	struct close_body body = {0};
	struct verdict verdict =
		close_body_decode((struct slice){copy, length}, &body);

	if (verdict_is_fine(verdict) && length > 0) {
		ck_assert_uint_eq(body.reason.length, length - 2);
		ck_assert_ptr_eq(body.reason.data, copy + 2);
	}
	guard_free(copy, length);
	*code = body.code;
	return verdict;
}

START_TEST(a_body_with_a_code_not_to_be_sent_fails_with_1002)
{
	for (unsigned code = ranges[_i].first; code <= ranges[_i].last;
		code++) {
		char payload[] = {(char)(code >> 8), (char)code, 'x'};
		struct close_body body;
		struct verdict verdict = close_body_decode(
			(struct slice){payload, sizeof(payload)}, &body);
		unsigned expected =
			ranges[_i].sendable ? 0 : CLOSE_PROTOCOL_ERROR;

		if (verdict.code != expected || body.code != code)
			ck_abort_msg("%u", code);
	}
}
END_TEST

START_TEST(an_empty_body_has_the_code_1005)
{
	struct close_body body = {CLOSE_NORMAL, slice_of("x")};

	ck_assert(verdict_is_fine(close_body_decode(slice_of(NULL), &body)));
	ck_assert_uint_eq(body.code, CLOSE_NO_STATUS);
	ck_assert_uint_eq(body.reason.length, 0);
}
END_TEST

START_TEST(a_body_of_one_byte_fails_with_1002)
{
	unsigned code;

	for (int byte = 0; byte < 256; byte++) {
		char payload = (char)byte;

		ck_assert_uint_eq(
			decode(&payload, 1, &code).code, CLOSE_PROTOCOL_ERROR);
	}
}
END_TEST

static const struct {
	const char *payload;
	unsigned failure;
} bodies[] = {
	{"\x03\xE8", 0},
	{"\x03\xE8"
	 "bye",
		0},
	{"\x03\xE9\xCE\xBA\xE1\xBD\xB9", 0},
	{"\x0B\xB8\xF0\x9F\x91\x8B", 0},
	{"\x03\xE8\xC0\x80", CLOSE_INVALID_PAYLOAD},
	{"\x03\xE8\xED\xA0\x80", CLOSE_INVALID_PAYLOAD},
	{"\x03\xE8\xF4\x90\x80\x80", CLOSE_INVALID_PAYLOAD},
	{"\x03\xE8"
	 "cut at the end\xE2\x82",
		CLOSE_INVALID_PAYLOAD},
	{"\x03\xED\xFF", CLOSE_PROTOCOL_ERROR},
};

START_TEST(a_reason_that_is_not_utf8_fails_with_1007)
{
	const char *payload = bodies[_i].payload;
	unsigned code;
	struct verdict verdict = decode(payload, strlen(payload), &code);

	ck_assert_uint_eq(verdict.code, bodies[_i].failure);
	ck_assert((verdict.why == NULL) == (bodies[_i].failure == 0));
	ck_assert_uint_eq(
		code, (unsigned)payload[0] << 8 | (unsigned char)payload[1]);
}
END_TEST

START_TEST(the_longest_reason_fills_a_control_frame)
{
	char payload[CLOSE_BODY_MAX];
	unsigned code;

	memset(payload, 'x', sizeof(payload));
	memcpy(payload, "\x03\xE8", 2);
	ck_assert(verdict_is_fine(decode(payload, sizeof(payload), &code)));
	payload[CLOSE_BODY_MAX - 1] = '\xC3';
	ck_assert_uint_eq(decode(payload, sizeof(payload), &code).code,
		CLOSE_INVALID_PAYLOAD);
}
END_TEST

START_TEST(writes_the_code_in_network_byte_order_before_the_reason)
{
	struct close_body body = {CLOSE_GOING_AWAY, slice_of("going away")};
	char payload[CLOSE_BODY_MAX];

	ck_assert_uint_eq(close_body_encode(&body, payload), 12);
	ck_assert_mem_eq(payload, "\x03\xE9going away", 12);
	body.reason = slice_of(NULL);
	ck_assert_uint_eq(close_body_encode(&body, payload), 2);
	ck_assert_mem_eq(payload, "\x03\xE9", 2);
}
END_TEST

START_TEST(writes_nothing_for_1005)
{
	struct close_body body = {CLOSE_NO_STATUS, slice_of("unsaid")};
	char payload[CLOSE_BODY_MAX] = "kept";

	ck_assert_uint_eq(close_body_encode(&body, payload), 0);
	ck_assert_str_eq(payload, "kept");
}
END_TEST

START_TEST(what_was_written_is_read_back)
{
	char payload[CLOSE_BODY_MAX];

	for (unsigned code = 0; code <= 65535; code++) {
		struct close_body body = {code, slice_of("why")}, back;

		if (!close_code_is_sendable(code))
			continue;
		if (close_body_encode(&body, payload) != 5)
			ck_abort_msg("%u", code);
		close_body_decode((struct slice){payload, 5}, &back);
		if (back.code != code ||
			!slice_equals(back.reason, body.reason))
			ck_abort_msg("%u", code);
	}
}
END_TEST

/* A reason of count bytes 'x', then characters like this one. */
static struct slice
long_reason(char *memory, size_t size, size_t count, struct slice character)
{
	size_t used = count;

	memset(memory, 'x', count);
	while (used + character.length <= size) {
		memcpy(memory + used, character.data, character.length);
		used += character.length;
	}
	return (struct slice){memory, used};
}

static const char *const characters[] = {
	"y", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x91\x8B"};

START_TEST(cuts_a_reason_between_characters_to_what_fits)
{
	struct slice character = slice_of(characters[_i]);
	char memory[200], payload[CLOSE_BODY_MAX];

	for (size_t shift = 0; shift < 4; shift++) {
		struct close_body body = {CLOSE_NORMAL,
			long_reason(memory, sizeof(memory), shift, character)};
		size_t length = close_body_encode(&body, payload) - 2;

		ck_assert_uint_le(length, CLOSE_REASON_MAX);
		ck_assert_uint_gt(length + character.length, CLOSE_REASON_MAX);
		ck_assert_mem_eq(payload + 2, memory, length);
		ck_assert(utf8_is_valid((struct slice){payload + 2, length}));
	}
}
END_TEST

START_TEST(a_reason_of_123_bytes_is_not_cut)
{
	char payload[CLOSE_BODY_MAX] = {0};
	char *reason = guard_copy(payload, CLOSE_REASON_MAX);
	struct close_body body = {CLOSE_NORMAL, {reason, CLOSE_REASON_MAX}};

	long_reason(reason, CLOSE_REASON_MAX, 1, slice_of("\xC3\xA4"));
	ck_assert_uint_eq(close_body_encode(&body, payload), CLOSE_BODY_MAX);
	ck_assert_mem_eq(payload + 2, reason, CLOSE_REASON_MAX);
	guard_free(reason, CLOSE_REASON_MAX);
}
END_TEST

START_TEST(a_reason_without_a_character_is_cut_to_nothing)
{
	char memory[200], payload[CLOSE_BODY_MAX];
	struct close_body body = {CLOSE_NORMAL, {memory, sizeof(memory)}};

	memset(memory, 0x80, sizeof(memory));
	ck_assert_uint_eq(close_body_encode(&body, payload), 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("close_code");
	TCase *cases = tcase_create("close_code");
	int range_count = COUNT_OF(ranges);

	tcase_add_test(cases, the_table_of_codes_has_no_gap);
	tcase_add_loop_test(
		cases, codes_are_sendable_as_section_7_4_says, 0, range_count);
	tcase_add_test(cases, no_number_over_16_bits_is_a_code);
	tcase_add_loop_test(cases,
		a_body_with_a_code_not_to_be_sent_fails_with_1002, 0,
		range_count);
	tcase_add_test(cases, an_empty_body_has_the_code_1005);
	tcase_add_test(cases, a_body_of_one_byte_fails_with_1002);
	tcase_add_loop_test(cases, a_reason_that_is_not_utf8_fails_with_1007, 0,
		COUNT_OF(bodies));
	tcase_add_test(cases, the_longest_reason_fills_a_control_frame);
	tcase_add_test(
		cases, writes_the_code_in_network_byte_order_before_the_reason);
	tcase_add_test(cases, writes_nothing_for_1005);
	tcase_add_test(cases, what_was_written_is_read_back);
	tcase_add_loop_test(cases,
		cuts_a_reason_between_characters_to_what_fits, 0,
		COUNT_OF(characters));
	tcase_add_test(cases, a_reason_of_123_bytes_is_not_cut);
	tcase_add_test(cases, a_reason_without_a_character_is_cut_to_nothing);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
