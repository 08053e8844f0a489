/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "protocol/buffer.h"
#include "suite.h"

#include <stdint.h>
#include <string.h>

/*
 * What sanitizers ask a program for: their allocators are to return NULL for
 * absurd sizes, as the C library's does, instead of ending the program.
 */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

const char *
__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void
assert_holds(const struct buffer *buffer, const char *bytes)
{
	ck_assert_uint_eq(buffer_length(buffer), strlen(bytes));
	ck_assert(slice_equals(buffer_bytes(buffer), slice_of(bytes)));
	ck_assert_uint_le(buffer->start, buffer->end);
	ck_assert_uint_le(buffer->end, buffer->capacity);
}

static struct buffer
buffer_with(const char *bytes)
{
	struct buffer buffer = {0};

	ck_assert(buffer_append_string(&buffer, bytes));
	return buffer;
}

START_TEST(all_zero_is_an_empty_buffer)
{
	struct buffer buffer = {0};

	assert_holds(&buffer, "");
	ck_assert_ptr_null(buffer_bytes(&buffer).data);
	ck_assert_uint_eq(buffer_room_size(&buffer), 0);
	buffer_release(&buffer);
}
END_TEST

START_TEST(appending_nothing_allocates_nothing)
{
	struct buffer buffer = {0};

	ck_assert(buffer_append(&buffer, slice_of(NULL)));
	ck_assert(buffer_append_string(&buffer, ""));
	ck_assert(buffer_reserve(&buffer, 0));
	ck_assert_ptr_null(buffer.data);
}
END_TEST

START_TEST(what_was_appended_is_held_in_order)
{
	struct buffer buffer = buffer_with("one ");

	ck_assert(buffer_append(&buffer, (struct slice){"two three", 4}));
	ck_assert(buffer_append_string(&buffer, "three"));
	assert_holds(&buffer, "one two three");
	buffer_release(&buffer);
}
END_TEST

START_TEST(a_released_buffer_may_be_used_again)
{
	struct buffer buffer = buffer_with("before");

	buffer_release(&buffer);
	ck_assert_ptr_null(buffer.data);
	ck_assert_uint_eq(buffer.capacity, 0);
	assert_holds(&buffer, "");
	ck_assert(buffer_append_string(&buffer, "after"));
	assert_holds(&buffer, "after");
	buffer_release(&buffer);
}
END_TEST

START_TEST(what_was_written_to_the_room_counts_once_it_is_added)
{
	struct buffer buffer = buffer_with("a");

	ck_assert(buffer_reserve(&buffer, 10000));
	ck_assert_uint_ge(buffer_room_size(&buffer), 10000);
	memset(buffer_room(&buffer), 'b', 10000);
	assert_holds(&buffer, "a");
	buffer_add(&buffer, 3);
	assert_holds(&buffer, "abbb");
	buffer_release(&buffer);
}
END_TEST

START_TEST(consuming_drops_from_the_start)
{
	struct buffer buffer = buffer_with("abcdef");

	buffer_consume(&buffer, 0);
	assert_holds(&buffer, "abcdef");
	buffer_consume(&buffer, 4);
	assert_holds(&buffer, "ef");
	buffer_release(&buffer);
}
END_TEST

START_TEST(consuming_everything_makes_all_room_again)
{
	struct buffer buffer = buffer_with("abcdef");

	buffer_consume(&buffer, 2);
	buffer_consume(&buffer, 4);
	assert_holds(&buffer, "");
	ck_assert_uint_eq(buffer_room_size(&buffer), buffer.capacity);
	buffer_release(&buffer);
}
END_TEST

static const struct {
	size_t consumed, offset, count;
	const char *left;
} erasures[] = {
	{0, 0, 0, "abcdef"},
	{0, 0, 2, "cdef"},
	{0, 2, 3, "abf"},
	{0, 4, 2, "abcd"},
	{0, 6, 0, "abcdef"},
	{0, 0, 6, ""},
	{2, 0, 1, "def"},
	{2, 1, 2, "cf"},
	{2, 3, 1, "cde"},
};

START_TEST(erasing_moves_up_what_follows)
{
	struct buffer buffer = {guard_copy("abcdef", 6), 0, 6, 6};

	buffer_consume(&buffer, erasures[_i].consumed);
	buffer_erase(&buffer, erasures[_i].offset, erasures[_i].count);
	assert_holds(&buffer, erasures[_i].left);
	guard_free(buffer.data, 6);
}
END_TEST

START_TEST(an_empty_buffer_without_memory_may_be_consumed_and_erased)
{
	struct buffer buffer = {0};

	buffer_consume(&buffer, 0);
	buffer_erase(&buffer, 0, 0);
	assert_holds(&buffer, "");
}
END_TEST

START_TEST(room_at_the_front_is_used_before_memory_is_asked_for)
{
	struct buffer buffer = {0};
	size_t capacity;

	ck_assert(buffer_reserve(&buffer, 100));
	capacity = buffer.capacity;
	memset(buffer_room(&buffer), 'x', capacity);
	buffer_add(&buffer, capacity);
	memcpy(buffer.data + capacity - 4, "last", 4);
	buffer_consume(&buffer, capacity - 4);
	ck_assert_uint_eq(buffer_room_size(&buffer), 0);
	ck_assert(buffer_reserve(&buffer, capacity - 4));
	ck_assert_uint_eq(buffer.capacity, capacity);
	ck_assert_uint_eq(buffer_room_size(&buffer), capacity - 4);
	assert_holds(&buffer, "last");
	buffer_release(&buffer);
}
END_TEST

START_TEST(growing_keeps_the_bytes_held)
{
	struct buffer buffer = buffer_with("abcdef");
	size_t capacity = buffer.capacity;

	buffer_consume(&buffer, 2);
	ck_assert(buffer_reserve(&buffer, capacity * 8));
	ck_assert_uint_ge(buffer_room_size(&buffer), capacity * 8);
	assert_holds(&buffer, "cdef");
	buffer_release(&buffer);
}
END_TEST

static const size_t absurd_sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 5,
	SIZE_MAX / 2 + 1, SIZE_MAX / 2, SIZE_MAX / 2 - 5, SIZE_MAX / 8};

START_TEST(absurd_sizes_are_refused_and_change_nothing)
{
	struct buffer buffer = buffer_with("abcdef"), before = buffer;
	struct slice huge = {"x", absurd_sizes[_i]};

	ck_assert(!buffer_reserve(&buffer, absurd_sizes[_i]));
	ck_assert(!buffer_append(&buffer, huge));
	ck_assert_mem_eq(&buffer, &before, sizeof(buffer));
	assert_holds(&buffer, "abcdef");
	buffer_release(&buffer);
}
END_TEST

/* Bytes that tell where in the stream they stood. */
static char
byte_at(size_t position)
{
	return (char)(position * 31 + position / 256);
}

static void
put_stream(struct buffer *buffer, size_t *position, size_t count)
{
	for (; count > 0; count--, ++*position) {
		char byte = byte_at(*position);

		if (!buffer_append(buffer, (struct slice){&byte, 1}))
			ck_abort_msg("no room for byte %zu", *position);
	}
}

static void
take_stream(struct buffer *buffer, size_t *position, size_t count)
{
	struct slice bytes = buffer_bytes(buffer);

	if (count > bytes.length)
		count = bytes.length;
	for (size_t i = 0; i < count; i++)
		if (bytes.data[i] != byte_at(*position + i))
			ck_abort_msg("byte %zu", *position + i);
	buffer_consume(buffer, count);
	*position += count;
}

START_TEST(a_stream_passes_through_in_chunks_of_any_size)
{
	struct buffer buffer = {0};
	size_t put = 0, taken = 0;

	while (put < 20000) {
		put_stream(&buffer, &put, 100);
		take_stream(&buffer, &taken, chunk_sizes[_i]);
		ck_assert_uint_eq(buffer_length(&buffer), put - taken);
	}
	take_stream(&buffer, &taken, SIZE_MAX);
	ck_assert_uint_eq(taken, put);
	buffer_release(&buffer);
}
END_TEST

START_TEST(memory_stays_in_proportion_to_the_bytes_held)
{
	struct buffer buffer = {0};
	size_t put = 0, taken = 0;

	while (put < 100000) {
		put_stream(&buffer, &put, 10);
		take_stream(&buffer, &taken, put > 1000 ? 10 : 0);
		ck_assert_uint_le(buffer.capacity, 4096);
	}
	buffer_release(&buffer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("buffer");
	TCase *cases = tcase_create("buffer");

	tcase_add_test(cases, all_zero_is_an_empty_buffer);
	tcase_add_test(cases, appending_nothing_allocates_nothing);
	tcase_add_test(cases, what_was_appended_is_held_in_order);
	tcase_add_test(cases, a_released_buffer_may_be_used_again);
	tcase_add_test(
		cases, what_was_written_to_the_room_counts_once_it_is_added);
	tcase_add_test(cases, consuming_drops_from_the_start);
	tcase_add_test(cases, consuming_everything_makes_all_room_again);
	tcase_add_loop_test(
		cases, erasing_moves_up_what_follows, 0, COUNT_OF(erasures));
	tcase_add_test(cases,
		an_empty_buffer_without_memory_may_be_consumed_and_erased);
	tcase_add_test(
		cases, room_at_the_front_is_used_before_memory_is_asked_for);
	tcase_add_test(cases, growing_keeps_the_bytes_held);
	tcase_add_loop_test(cases, absurd_sizes_are_refused_and_change_nothing,
		0, COUNT_OF(absurd_sizes));
	tcase_add_loop_test(cases,
		a_stream_passes_through_in_chunks_of_any_size, 0,
		(int)chunk_size_count);
	tcase_add_test(cases, memory_stays_in_proportion_to_the_bytes_held);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
