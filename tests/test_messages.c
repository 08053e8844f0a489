/* SPDX-License-Identifier: MIT */
#include "bench/messages.h"
#include "protocol/utf8.h"
#include "suite.h"

#include <string.h>

static struct messages messages;

static void
tear_down(void)
{
	messages_release(&messages);
	memset(&messages, 0, sizeof(messages));
}

static const size_t sizes[] = {0, 1, 2, 3, 20, 125, 126, 1000, 65536, 100000};
#define SIZES COUNT_OF(sizes)
#define TYPES 3

static const enum bench_type types[TYPES] = {
	BENCH_ASCII, BENCH_UTF8, BENCH_BINARY};

/* Each type in each size. */
static void
make(int variant, bool to_be_compressed)
{
	ck_assert(messages_make(&messages, types[variant % TYPES],
		sizes[variant / TYPES], to_be_compressed));
}

START_TEST(have_the_size_and_the_opcode)
{
	make(_i, false);
	ck_assert_uint_ge(messages.count, 2);
	ck_assert_int_eq(messages.opcode, types[_i % TYPES] == BENCH_BINARY
						  ? OPCODE_BINARY
						  : OPCODE_TEXT);
	for (size_t i = 0; i < messages.count; i++)
		ck_assert_uint_eq(messages_payload(&messages, i).length,
			sizes[_i / TYPES]);
}
END_TEST

/* As JSON is, on one line or several. */
static bool
is_printable(struct slice text)
{
	size_t i = 0;

	while (i < text.length &&
		(text.data[i] == '\n' ||
			(text.data[i] >= ' ' && text.data[i] <= '~')))
		i++;
	return i == text.length;
}

START_TEST(are_text_where_they_say_so)
{
	make(_i, false);
	for (size_t i = 0; i < messages.count; i++) {
		struct slice payload = messages_payload(&messages, i);

		if (messages.opcode == OPCODE_TEXT)
			ck_assert(utf8_is_valid(payload));
		if (types[_i % TYPES] == BENCH_ASCII)
			ck_assert(is_printable(payload));
	}
}
END_TEST

START_TEST(differ_from_one_to_the_next)
{
	make(_i, false);
	for (size_t i = 1; i < messages.count && messages.size >= 20; i++)
		ck_assert(!slice_equals(messages_payload(&messages, i),
			messages_payload(&messages, i - 1)));
	ck_assert(slice_equals(messages_payload(&messages, messages.count),
		messages_payload(&messages, 0)));
}
END_TEST

START_TEST(are_the_same_in_each_run)
{
	struct messages others;

	make(_i, false);
	ck_assert(messages_make(
		&others, types[_i % TYPES], sizes[_i / TYPES], false));
	for (size_t i = 0; i < messages.count; i++)
		ck_assert(slice_equals(messages_payload(&messages, i),
			messages_payload(&others, i)));
	messages_release(&others);
}
END_TEST

/* How many characters start with a byte of these bits. */
static size_t
count_starts(struct slice text, unsigned mask, unsigned bits)
{
	size_t count = 0;

	for (size_t i = 0; i < text.length; i++)
		count += ((unsigned char)text.data[i] & mask) == bits;
	return count;
}

START_TEST(mix_characters_of_all_lengths)
{
	struct slice text;

	ck_assert(messages_make(&messages, BENCH_UTF8, 10000, false));
	text = messages_payload(&messages, 0);
	ck_assert_uint_ge(count_starts(text, 0x80, 0), 500);
	ck_assert_uint_ge(count_starts(text, 0xE0, 0xC0), 500);
	ck_assert_uint_ge(count_starts(text, 0xF0, 0xE0), 500);
	ck_assert_uint_ge(count_starts(text, 0xF8, 0xF0), 500);
}
END_TEST

/* Each by itself, in any order: nobody looks back. */
START_TEST(can_be_restored_one_by_one)
{
	const struct deflate_direction direction = {.window = 9};

	make(_i, true);
	ck_assert(messages_compress(&messages, &direction));
	ck_assert_int_eq(messages.window, 9);
	for (size_t i = messages.count; i-- > 0;) {
		struct slice sent = messages_sent(&messages, i);
		struct buffer restored = {0};
		struct inflater inflater;

		inflater_init(&inflater, &direction);
		ck_assert(verdict_is_fine(inflater_add(
			&inflater, sent, &restored, sizes[_i / TYPES])));
		ck_assert(verdict_is_fine(inflater_finish(&inflater)));
		ck_assert(slice_equals(buffer_bytes(&restored),
			messages_payload(&messages, i)));
		inflater_release(&inflater);
		buffer_release(&restored);
		if (i > 64)
			i -= i / 4;
	}
}
END_TEST

START_TEST(to_be_compressed_are_more_than_a_window)
{
	ck_assert(messages_make(&messages, BENCH_ASCII, 1000, true));
	ck_assert_uint_ge(messages.count * messages.size, 4 << 15);
}
END_TEST

START_TEST(are_compressed_once)
{
	const struct deflate_direction first = {.window = 12};
	const struct deflate_direction second = {.window = 9};

	ck_assert(messages_make(&messages, BENCH_ASCII, 1000, true));
	ck_assert(messages_compress(&messages, &first));
	ck_assert(messages_compress(&messages, &second));
	ck_assert_int_eq(messages.window, 12);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("messages");
	TCase *cases = tcase_create("messages");
	int variants = SIZES * TYPES;

	tcase_add_checked_fixture(cases, NULL, tear_down);
	tcase_set_timeout(cases, 60);
	tcase_add_loop_test(cases, have_the_size_and_the_opcode, 0, variants);
	tcase_add_loop_test(cases, are_text_where_they_say_so, 0, variants);
	tcase_add_loop_test(cases, differ_from_one_to_the_next, 0, variants);
	tcase_add_loop_test(cases, are_the_same_in_each_run, 0, variants);
	tcase_add_test(cases, mix_characters_of_all_lengths);
	tcase_add_loop_test(cases, can_be_restored_one_by_one, 0, variants);
	tcase_add_test(cases, to_be_compressed_are_more_than_a_window);
	tcase_add_test(cases, are_compressed_once);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
