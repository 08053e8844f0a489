/* SPDX-License-Identifier: MIT */
#include "bench/writer.h"
#include "memory_transport.h"
#include "protocol/mask.h"
#include "suite.h"

#include <errno.h>
#include <string.h>

static struct writer writer;
static struct keys keys;
static struct messages messages;
static char room[WRITER_PIECE];

static void
set_up(void)
{
	memset(&writer, 0, sizeof(writer));
	memset(&keys, 0, sizeof(keys));
}

static void
tear_down(void)
{
	writer_release(&writer);
	messages_release(&messages);
	memset(&messages, 0, sizeof(messages));
}

/* Writes a frame in pieces, and reads its header. Returns the payload. */
static struct slice
write_frame(uint64_t index, size_t piece, struct keys *source,
	struct frame_header *header)
{
	size_t used = writer_begin(&writer, &messages, index, source, room),
	       size = 0;
	size_t written;

	ck_assert_uint_gt(used, 0);
	while (!writer_is_between_frames(&writer)) {
		written = writer_go_on(&writer, room + used, piece);
		ck_assert_uint_gt(written, 0);
		ck_assert_uint_le(written, piece);
		used += written;
	}
	ck_assert(verdict_is_fine(frame_header_decode(
		room, used, ROLE_SERVER, true, header, &size)));
	ck_assert_uint_eq(used - size, header->payload_length);
	return (struct slice){room + size, used - size};
}

START_TEST(masks_a_payload_in_whatever_pieces)
{
	struct frame_header header;
	struct slice payload;

	ck_assert(messages_make(&messages, BENCH_BINARY, 1000, false));
	payload = write_frame(3, chunk_sizes[_i], &keys, &header);
	ck_assert(header.fin && header.masked && !header.rsv1);
	ck_assert_int_eq(header.opcode, OPCODE_BINARY);
	mask_apply(room + (payload.data - room), payload.length,
		header.masking_key, 0);
	ck_assert(slice_equals(payload, messages_payload(&messages, 3)));
}
END_TEST

START_TEST(takes_a_fresh_key_for_each_frame)
{
	unsigned char seen[100][FRAME_MASKING_KEY_SIZE];
	struct frame_header header;

	ck_assert(messages_make(&messages, BENCH_ASCII, 20, false));
	for (size_t i = 0; i < COUNT_OF(seen); i++) {
		write_frame(i, SIZE_MAX, &keys, &header);
		memcpy(seen[i], header.masking_key, sizeof(seen[i]));
		for (size_t k = 0; k < i; k++)
			ck_assert_mem_ne(seen[i], seen[k], sizeof(seen[i]));
	}
}
END_TEST

START_TEST(leaves_the_payload_readable_without_keys)
{
	struct frame_header header;
	struct slice payload;

	ck_assert(messages_make(&messages, BENCH_UTF8, 300, false));
	payload = write_frame(1, 7, NULL, &header);
	ck_assert(header.masked);
	ck_assert_mem_eq(header.masking_key, "\0\0\0\0", 4);
	ck_assert(slice_equals(payload, messages_payload(&messages, 1)));
}
END_TEST

START_TEST(sends_what_was_compressed)
{
	const struct deflate_direction direction = {.window = 12};
	struct frame_header header;

	ck_assert(messages_make(&messages, BENCH_ASCII, 1000, true));
	ck_assert(messages_compress(&messages, &direction));
	write_frame(5, SIZE_MAX, &keys, &header);
	ck_assert(header.rsv1);
	ck_assert_uint_eq(
		header.payload_length, messages_sent(&messages, 5).length);
}
END_TEST

START_TEST(sends_control_frames_between_frames_only)
{
	struct slice text = slice_of("still here");
	struct frame_header header;
	size_t size, used;

	ck_assert(messages_make(&messages, BENCH_ASCII, 20, false));
	ck_assert_uint_gt(writer_begin(&writer, &messages, 0, &keys, room), 0);
	ck_assert(writer_add_control(&writer, OPCODE_PONG, text, &keys));
	ck_assert_uint_eq(writer_go_on(&writer, room, sizeof(room)), 20);
	ck_assert_uint_eq(writer_go_on(&writer, room, 3), 0);
	used = writer_go_on(&writer, room, sizeof(room));
	ck_assert(verdict_is_fine(frame_header_decode(
		room, used, ROLE_SERVER, false, &header, &size)));
	ck_assert_int_eq(header.opcode, OPCODE_PONG);
	mask_apply(room + size, used - size, header.masking_key, 0);
	ck_assert(slice_equals((struct slice){room + size, used - size}, text));
	ck_assert_uint_eq(writer_go_on(&writer, room, sizeof(room)), 0);
}
END_TEST

START_TEST(keeps_what_the_transport_does_not_take)
{
	struct slice bytes = slice_of("some bytes, in order");
	struct memory_transport memory;

	memory_transport_init(&memory, slice_of(""), SIZE_MAX);
	memory.send_failure = EAGAIN;
	ck_assert(writer_send(&writer, &memory.transport, bytes));
	ck_assert(writer_is_blocked(&writer));
	ck_assert(writer_flush(&writer, &memory.transport));
	ck_assert(writer_is_blocked(&writer));
	memory.send_failure = 0;
	memory.chunk = 3;
	memory.interrupts = true;
	ck_assert(writer_flush(&writer, &memory.transport));
	ck_assert(!writer_is_blocked(&writer));
	ck_assert(slice_equals(buffer_bytes(&memory.sent), bytes));
	memory_transport_release(&memory);
}
END_TEST

START_TEST(sends_all_bytes_in_their_order)
{
	struct slice bytes = slice_of("some bytes, in order");
	struct memory_transport memory;

	memory_transport_init_variant(&memory, slice_of(""), _i);
	ck_assert(writer_send(&writer, &memory.transport, bytes));
	ck_assert(!writer_is_blocked(&writer));
	ck_assert(slice_equals(buffer_bytes(&memory.sent), bytes));
	memory_transport_release(&memory);
}
END_TEST

START_TEST(tells_when_the_transport_fails)
{
	struct memory_transport memory;

	memory_transport_init(&memory, slice_of(""), SIZE_MAX);
	memory.send_failure = EPIPE;
	ck_assert(!writer_send(&writer, &memory.transport, slice_of("lost")));
	ck_assert_int_eq(errno, EPIPE);
	ck_assert(writer_add_bytes(&writer, slice_of("lost")));
	ck_assert(!writer_flush(&writer, &memory.transport));
	memory_transport_release(&memory);
}
END_TEST

START_TEST(erases_used_keys)
{
	unsigned char key[FRAME_MASKING_KEY_SIZE];

	for (size_t i = 0; i < KEYS_BLOCK / FRAME_MASKING_KEY_SIZE; i++)
		ck_assert(keys_next(&keys, key));
	ck_assert_uint_eq(keys.left, 0);
	for (size_t i = 0; i < KEYS_BLOCK; i++)
		ck_assert_uint_eq(keys.block[i], 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("writer");
	TCase *cases = tcase_create("writer");

	tcase_set_timeout(cases, 60);
	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_loop_test(cases, masks_a_payload_in_whatever_pieces, 0,
		(int)chunk_size_count);
	tcase_add_test(cases, takes_a_fresh_key_for_each_frame);
	tcase_add_test(cases, leaves_the_payload_readable_without_keys);
	tcase_add_test(cases, sends_what_was_compressed);
	tcase_add_test(cases, sends_control_frames_between_frames_only);
	tcase_add_test(cases, keeps_what_the_transport_does_not_take);
	tcase_add_loop_test(cases, sends_all_bytes_in_their_order, 0,
		MEMORY_TRANSPORT_VARIANTS);
	tcase_add_test(cases, tells_when_the_transport_fails);
	tcase_add_test(cases, erases_used_keys);
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
