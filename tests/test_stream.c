/* SPDX-License-Identifier: MIT */
#include "memory_transport.h"
#include "suite.h"
#include "transport/clock.h"
#include "websocket/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LARGE 20000
#define RECEIVED_AT_ONCE 131072
#define OVER_CACHE 200000
#define OUTPUT_FULL 65536
#define SHORT_TIME 30
#define LONG_TIME 3000

static struct memory_transport memory;
static struct stream stream;
static struct buffer input;

static void
open_stream(struct slice script, int variant)
{
	memory_transport_init_variant(&memory, script, variant);
	stream_init(&stream, &memory.transport, NULL, 0);
}

/* All at once and without interrupts. */
#define VARIANT_PLAIN (MEMORY_TRANSPORT_VARIANTS - 2)

static void
open_plain_stream(const char *script)
{
	open_stream(slice_of(script), VARIANT_PLAIN);
}

static void
release(void)
{
	stream_release(&stream);
	buffer_release(&input);
	memory_transport_release(&memory);
}

static struct slice
text_of_length(size_t length)
{
	static char text[OVER_CACHE];

	for (size_t i = 0; i < length; i++)
		text[i] = (char)('a' + i % 26);
	return (struct slice){text, length};
}

static struct slice
large_text(void)
{
	return text_of_length(LARGE);
}

static void
assert_sent(struct slice expected)
{
	ck_assert(slice_equals(buffer_bytes(&memory.sent), expected));
}

START_TEST(receives_everything_in_order)
{
	struct slice text = large_text();
	enum stream_event event = STREAM_READY;

	open_stream(text, _i);
	while (event == STREAM_READY) {
		ck_assert(buffer_reserve(&input, 4096));
		event = stream_receive(&stream, &input, DEADLINE_NEVER);
	}
	ck_assert_int_eq(event, STREAM_END);
	ck_assert(slice_equals(buffer_bytes(&input), text));
}
END_TEST

START_TEST(receives_no_more_than_there_is_room)
{
	open_plain_stream("abcdef");
	ck_assert(buffer_reserve(&input, 1));
	buffer_add(&input, buffer_room_size(&input) - 2);
	ck_assert_int_eq(
		stream_receive(&stream, &input, DEADLINE_NEVER), STREAM_READY);
	ck_assert_uint_eq(memory.input.length, 4);
	release();
}
END_TEST

START_TEST(receives_what_fits_the_cache_at_most)
{
	open_stream(text_of_length(OVER_CACHE), VARIANT_PLAIN);
	ck_assert(buffer_reserve(&input, OVER_CACHE));
	ck_assert_int_eq(
		stream_receive(&stream, &input, DEADLINE_NEVER), STREAM_READY);
	ck_assert_uint_eq(buffer_length(&input), RECEIVED_AT_ONCE);
}
END_TEST

START_TEST(waits_without_taking_bytes)
{
	open_stream(slice_of("here"), _i);
	ck_assert_int_eq(stream_wait(&stream, DEADLINE_NEVER), STREAM_READY);
	ck_assert_int_eq(memory.receive_limit, 0);
	ck_assert_uint_eq(memory.input.length, 4);
}
END_TEST

/* A limit is set anew only after it has passed: it may have been changed. */
START_TEST(is_quiet_after_its_patience)
{
	open_stream(slice_of("x"), _i);
	memory.stalls = true;
	ck_assert(buffer_reserve(&input, 1));
	ck_assert_int_eq(
		stream_receive(&stream, &input, DEADLINE_NEVER), STREAM_READY);
	ck_assert_int_eq(memory.receive_limit, STREAM_PATIENCE);
	memory.receive_limit = -1;
	ck_assert_int_eq(
		stream_receive(&stream, &input, DEADLINE_NEVER), STREAM_QUIET);
	ck_assert_int_eq(memory.receive_limit, -1);
	stream_receive(&stream, &input, DEADLINE_NEVER);
	ck_assert_int_eq(memory.receive_limit, STREAM_PATIENCE);
}
END_TEST

/* FAULTS T4: limits that pass early and signals do not shorten it. */
START_TEST(keeps_trying_until_the_deadline)
{
	int64_t deadline;

	open_stream(slice_of(""), _i);
	memory.stalls = true;
	ck_assert(buffer_reserve(&input, 1));
	deadline = deadline_after(SHORT_TIME);
	ck_assert_int_eq(
		stream_receive(&stream, &input, deadline), STREAM_QUIET);
	ck_assert_int_ge(clock_now(), deadline);
	ck_assert_int_gt(memory.receive_limit, 0);
	ck_assert_int_le(memory.receive_limit, SHORT_TIME);
	deadline = deadline_after(SHORT_TIME);
	ck_assert_int_eq(stream_wait(&stream, deadline), STREAM_QUIET);
	ck_assert_int_ge(clock_now(), deadline);
}
END_TEST

START_TEST(does_not_even_try_after_the_deadline)
{
	open_stream(slice_of("x"), _i);
	ck_assert(buffer_reserve(&input, 1));
	ck_assert_int_eq(
		stream_receive(&stream, &input, clock_now()), STREAM_QUIET);
	ck_assert_int_eq(stream_wait(&stream, clock_now()), STREAM_QUIET);
	ck_assert_uint_eq(memory.calls, 0);
}
END_TEST

/* Whether it sleeps or waits for bytes meanwhile. */
START_TEST(pauses_until_the_deadline)
{
	static const int64_t times[] = {SHORT_TIME, 150};
	atomic_bool interrupted = false;

	open_stream(slice_of("here"), _i);
	stream.interrupted = &interrupted;
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		int64_t deadline = deadline_after(times[i]);

		ck_assert_int_eq(stream_pause(&stream, deadline), STREAM_QUIET);
		ck_assert_int_ge(clock_now(), deadline);
	}
	ck_assert_uint_eq(memory.input.length, 4);
	interrupted = true;
	ck_assert_int_eq(
		stream_pause(&stream, DEADLINE_NEVER), STREAM_INTERRUPTED);
}
END_TEST

START_TEST(tells_of_a_loss_with_errno)
{
	open_stream(slice_of(""), _i);
	memory.receive_failure = ECONNRESET;
	ck_assert(buffer_reserve(&input, 1));
	ck_assert_int_eq(
		stream_receive(&stream, &input, DEADLINE_NEVER), STREAM_LOST);
	ck_assert_int_eq(errno, ECONNRESET);
	errno = 0;
	ck_assert_int_eq(stream_wait(&stream, DEADLINE_NEVER), STREAM_LOST);
	ck_assert_int_eq(errno, ECONNRESET);
}
END_TEST

/* Who interrupts has changed the limit. */
START_TEST(tells_an_interruption_once_before_it_receives)
{
	atomic_bool interrupted = true;

	open_stream(slice_of("x"), _i);
	stream.interrupted = &interrupted;
	ck_assert(buffer_reserve(&input, 1));
	ck_assert_int_eq(stream_receive(&stream, &input, DEADLINE_NEVER),
		STREAM_INTERRUPTED);
	memory.receive_limit = -1;
	ck_assert_int_eq(
		stream_receive(&stream, &input, DEADLINE_NEVER), STREAM_READY);
	ck_assert_int_eq(memory.receive_limit, STREAM_PATIENCE);
	ck_assert_int_eq(stream_wait(&stream, DEADLINE_NEVER), STREAM_READY);
	ck_assert(slice_equals(buffer_bytes(&input), slice_of("x")));
}
END_TEST

START_TEST(gathers_small_slices_until_it_is_flushed)
{
	struct slice slices[] = {{"one", 3}, {NULL, 0}, {"two", 3}};

	open_stream(slice_of(""), _i);
	ck_assert(stream_flush(&stream));
	ck_assert(stream_send(&stream, slices, 3));
	ck_assert(stream_send(&stream, slices, 1));
	ck_assert(stream_send(&stream, NULL, 0));
	ck_assert_uint_eq(memory.calls, 0);
	ck_assert(stream_flush(&stream));
	assert_sent(slice_of("onetwoone"));
	ck_assert(stream_flush(&stream));
	assert_sent(slice_of("onetwoone"));
}
END_TEST

START_TEST(flushes_with_one_send)
{
	struct slice word = slice_of("word");

	open_plain_stream("");
	for (int i = 0; i < 1000; i++)
		ck_assert(stream_send(&stream, &word, 1));
	ck_assert(stream_flush(&stream));
	ck_assert_uint_eq(memory.sends, 1);
	ck_assert_uint_eq(buffer_length(&memory.sent), 4000);
}
END_TEST

START_TEST(sends_by_itself_what_fills_the_output)
{
	struct slice piece = {large_text().data, 16384};

	open_plain_stream("");
	for (int i = 0; i < 3; i++)
		ck_assert(stream_send(&stream, &piece, 1));
	ck_assert_uint_eq(memory.sends, 0);
	ck_assert(stream_send(&stream, &piece, 1));
	ck_assert_uint_eq(memory.sends, 1);
	ck_assert_uint_eq(buffer_length(&memory.sent), OUTPUT_FULL);
	ck_assert_uint_eq(buffer_length(&stream.output), 0);
}
END_TEST

START_TEST(sends_large_slices_behind_what_waits)
{
	struct slice small = slice_of("small");
	struct slice slices[] = {{"head", 4}, large_text()};
	struct buffer expected = {0};

	open_stream(slice_of(""), _i);
	buffer_append_string(&expected, "smallhead");
	buffer_append(&expected, slices[1]);
	ck_assert(stream_send(&stream, &small, 1));
	ck_assert(stream_send(&stream, slices, 2));
	assert_sent(buffer_bytes(&expected));
	ck_assert_uint_eq(buffer_length(&stream.output), 0);
	buffer_release(&expected);
}
END_TEST

START_TEST(sends_large_slices_from_where_they_lie)
{
	struct slice small = slice_of("small");
	struct slice slices[] = {{"head", 4}, large_text()};

	open_plain_stream("");
	memory.borrowed = slices[1].data;
	ck_assert(stream_send(&stream, &small, 1));
	ck_assert(stream_send(&stream, slices, 2));
	ck_assert_uint_eq(memory.sends, 1);
	ck_assert(memory.borrowed_was_sent);
}
END_TEST

START_TEST(makes_room_in_the_output)
{
	struct slice small = slice_of("small");

	open_stream(slice_of(""), _i);
	ck_assert(stream_send(&stream, &small, 1));
	ck_assert(stream_reserve(&stream, 4));
	memcpy(buffer_room(&stream.output), "room", 4);
	buffer_add(&stream.output, 4);
	ck_assert_uint_eq(buffer_length(&memory.sent), 0);
	ck_assert(stream_reserve(&stream, OUTPUT_FULL - 8));
	assert_sent(slice_of("smallroom"));
	ck_assert_uint_ge(buffer_room_size(&stream.output), OUTPUT_FULL - 8);
}
END_TEST

START_TEST(fails_to_send_with_errno)
{
	struct slice small = slice_of("small"), large = large_text();

	open_stream(slice_of(""), _i);
	memory.send_failure = EPIPE;
	ck_assert(stream_send(&stream, &small, 1));
	ck_assert(!stream_flush(&stream));
	ck_assert_int_eq(errno, EPIPE);
	ck_assert(!stream_send(&stream, &large, 1));
	ck_assert(!stream_reserve(&stream, OUTPUT_FULL));
}
END_TEST

START_TEST(fails_when_the_peer_takes_nothing_in_time)
{
	struct slice small = slice_of("small");

	memory_transport_init_variant(&memory, slice_of(""), _i);
	stream_init(&stream, &memory.transport, NULL, 17);
	ck_assert_int_eq(memory.send_limit, 2);
	memory.send_failure = EAGAIN;
	ck_assert(stream_send(&stream, &small, 1));
	ck_assert(!stream_flush(&stream));
	ck_assert_int_eq(errno, ETIMEDOUT);
}
END_TEST

/* Who interrupts shortens the limit: that is no reason to give up. */
START_TEST(sends_on_for_the_whole_limit_when_interrupted)
{
	atomic_bool interrupted = true;
	struct slice small = slice_of("small");
	int64_t start = clock_now();

	memory_transport_init_variant(&memory, slice_of(""), _i);
	stream_init(&stream, &memory.transport, &interrupted, SHORT_TIME);
	memory.send_limit = 0;
	memory.send_failure = EAGAIN;
	ck_assert(stream_send(&stream, &small, 1));
	ck_assert(!stream_flush(&stream));
	ck_assert_int_eq(errno, ETIMEDOUT);
	ck_assert_int_ne(memory.send_limit, 0);
	ck_assert_int_ge(clock_now() - start, SHORT_TIME);
}
END_TEST

START_TEST(finishes_and_reads_off_what_still_comes)
{
	open_stream(large_text(), _i);
	stream_finish(&stream);
	stream_linger(&stream, &input, deadline_after(LONG_TIME));
	ck_assert(memory.finished);
	ck_assert(!memory.closed);
	ck_assert_uint_eq(memory.input.length, 0);
}
END_TEST

/* FAULTS C5: bounded in time, bounded in bytes, interrupted or not. */
START_TEST(finishes_in_time)
{
	atomic_bool interrupted = true;
	int64_t deadline;

	open_stream(slice_of("rest"), _i);
	stream.interrupted = &interrupted;
	memory.stalls = true;
	deadline = deadline_after(SHORT_TIME);
	stream_finish(&stream);
	stream_linger(&stream, &input, deadline);
	ck_assert(memory.finished);
	ck_assert_uint_eq(memory.input.length, 0);
	ck_assert_int_ge(clock_now(), deadline);
}
END_TEST

START_TEST(finishes_after_a_bounded_number_of_bytes)
{
	size_t size = (size_t)80 << 20, read_off;
	char *flood = calloc(1, size);

	ck_assert_ptr_nonnull(flood);
	open_stream((struct slice){flood, size}, VARIANT_PLAIN);
	ck_assert(buffer_reserve(&input, OUTPUT_FULL));
	stream_finish(&stream);
	stream_linger(&stream, &input, deadline_after(LONG_TIME));
	read_off = size - memory.input.length;
	ck_assert_uint_ge(read_off, (size_t)64 << 20);
	ck_assert_uint_lt(read_off, size);
	free(flood);
}
END_TEST

START_TEST(finishes_a_stream_that_is_lost)
{
	open_stream(slice_of(""), _i);
	memory.receive_failure = ECONNRESET;
	stream_finish(&stream);
	stream_linger(&stream, &input, deadline_after(LONG_TIME));
	ck_assert(memory.finished);
}
END_TEST

START_TEST(gives_back_only_an_empty_output)
{
	struct slice small = slice_of("small");

	open_plain_stream("");
	ck_assert(stream_send(&stream, &small, 1));
	stream_relax(&stream);
	ck_assert(stream_flush(&stream));
	assert_sent(small);
	ck_assert_ptr_nonnull(stream.output.data);
	stream_relax(&stream);
	ck_assert_ptr_null(stream.output.data);
	ck_assert(stream_send(&stream, &small, 1));
	ck_assert(stream_flush(&stream));
	assert_sent(slice_of("smallsmall"));
}
END_TEST

#define add_variants(cases, test)                                              \
	tcase_add_loop_test(cases, test, 0, MEMORY_TRANSPORT_VARIANTS)

/* Where chunks make no difference. */
#define add_with_interrupts(cases, test)                                       \
	tcase_add_loop_test(                                                   \
		cases, test, VARIANT_PLAIN, MEMORY_TRANSPORT_VARIANTS)

int
main(void)
{
	Suite *suite = suite_create("stream");
	TCase *cases = tcase_create("memory");

	tcase_add_checked_fixture(cases, NULL, release);
	add_variants(cases, receives_everything_in_order);
	tcase_add_test(cases, receives_no_more_than_there_is_room);
	tcase_add_test(cases, receives_what_fits_the_cache_at_most);
	add_with_interrupts(cases, waits_without_taking_bytes);
	add_with_interrupts(cases, is_quiet_after_its_patience);
	add_with_interrupts(cases, keeps_trying_until_the_deadline);
	add_with_interrupts(cases, pauses_until_the_deadline);
	add_with_interrupts(cases, does_not_even_try_after_the_deadline);
	add_with_interrupts(cases, tells_of_a_loss_with_errno);
	add_with_interrupts(
		cases, tells_an_interruption_once_before_it_receives);
	add_variants(cases, gathers_small_slices_until_it_is_flushed);
	tcase_add_test(cases, flushes_with_one_send);
	tcase_add_test(cases, sends_by_itself_what_fills_the_output);
	add_variants(cases, sends_large_slices_behind_what_waits);
	tcase_add_test(cases, sends_large_slices_from_where_they_lie);
	add_variants(cases, makes_room_in_the_output);
	add_with_interrupts(cases, fails_to_send_with_errno);
	add_with_interrupts(cases, fails_when_the_peer_takes_nothing_in_time);
	add_with_interrupts(
		cases, sends_on_for_the_whole_limit_when_interrupted);
	add_variants(cases, finishes_and_reads_off_what_still_comes);
	add_with_interrupts(cases, finishes_in_time);
	tcase_add_test(cases, finishes_after_a_bounded_number_of_bytes);
	add_with_interrupts(cases, finishes_a_stream_that_is_lost);
	tcase_add_test(cases, gives_back_only_an_empty_output);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
