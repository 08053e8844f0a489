/* SPDX-License-Identifier: MIT */
#include "suite.h"
#include "websocket/traffic.h"

static void
assert_count(const struct traffic *traffic, enum traffic_kind kind,
	uint64_t messages, uint64_t bytes)
{
	ck_assert_uint_eq(traffic->of[kind].messages, messages);
	ck_assert_uint_eq(traffic->of[kind].bytes, bytes);
}

START_TEST(counts_each_direction_and_opcode_apart)
{
	struct traffic traffic = {0};

	traffic_count_in(&traffic, true, 5);
	traffic_count_in(&traffic, true, 6);
	traffic_count_in(&traffic, false, 70);
	traffic_count_out(&traffic, true, 800);
	traffic_count_out(&traffic, false, 0);
	assert_count(&traffic, TRAFFIC_TEXT_IN, 2, 11);
	assert_count(&traffic, TRAFFIC_BINARY_IN, 1, 70);
	assert_count(&traffic, TRAFFIC_TEXT_OUT, 1, 800);
	assert_count(&traffic, TRAFFIC_BINARY_OUT, 1, 0);
}
END_TEST

START_TEST(gathers_into_a_sum)
{
	struct traffic sum = {{{1, 10}, {2, 20}, {3, 30}, {4, 40}}};
	struct traffic part = {
		{{5, 1}, {6, 2}, {7, 3}, {8, UINT64_C(1) << 40}}};

	traffic_gather(&sum, &part);
	assert_count(&sum, TRAFFIC_TEXT_IN, 6, 11);
	assert_count(&sum, TRAFFIC_BINARY_IN, 8, 22);
	assert_count(&sum, TRAFFIC_TEXT_OUT, 10, 33);
	assert_count(&sum, TRAFFIC_BINARY_OUT, 12, (UINT64_C(1) << 40) + 40);
	assert_count(&part, TRAFFIC_TEXT_IN, 5, 1);
}
END_TEST

START_TEST(totals_take_text_and_binary_together)
{
	struct traffic traffic = {{{1, 10}, {2, 20}, {3, 30}, {4, 40}}};
	struct traffic_totals totals = traffic_totals(&traffic);

	ck_assert_uint_eq(totals.messages_in, 3);
	ck_assert_uint_eq(totals.bytes_in, 30);
	ck_assert_uint_eq(totals.messages_out, 7);
	ck_assert_uint_eq(totals.bytes_out, 70);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("traffic");
	TCase *cases = tcase_create("traffic");

	tcase_add_test(cases, counts_each_direction_and_opcode_apart);
	tcase_add_test(cases, gathers_into_a_sum);
	tcase_add_test(cases, totals_take_text_and_binary_together);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
