/* SPDX-License-Identifier: MIT */
#include "assembly.h"

#include "protocol/mask.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

const enum role roles[] = {ROLE_SERVER, ROLE_CLIENT};

struct assembler assembler;
struct buffer from_peer;  /* what it sends */
struct buffer transcript; /* of what came out */

void
assembly_clear(struct buffer *buffer)
{
	buffer_consume(buffer, buffer_length(buffer));
}

void
assembly_start(enum role role, size_t max_message)
{
	assembler_release(&assembler);
	assembler_init(&assembler, role, max_message);
	assembly_clear(&from_peer);
	assembly_clear(&transcript);
}

void
assembly_end(void)
{
	assembler_release(&assembler);
	buffer_release(&from_peer);
	buffer_release(&transcript);
}

void
put_part(unsigned char first, uint64_t length, struct slice part)
{
	struct frame_header header = {length, OPCODE_CONTINUATION, false, false,
		assembler.role == ROLE_SERVER, {0x37, 0xFA, 0x21, 0x3D}};
	char data[FRAME_HEADER_MAX];
	size_t size = frame_header_encode(&header, data);

	data[0] = (char)first;
	ck_assert(buffer_append(&from_peer, (struct slice){data, size}));
	ck_assert(buffer_append(&from_peer, part));
	if (header.masked)
		mask_apply(buffer_room(&from_peer) - part.length, part.length,
			header.masking_key, 0);
}

void
put_frame(unsigned char first, const char *payload)
{
	put_part(first, strlen(payload), slice_of(payload));
}

void
put_frames(const struct frame *frames)
{
	for (; frames->payload != NULL; frames++)
		put_frame(frames->first, frames->payload);
}

struct verdict
write_transcript(void)
{
	struct message message;
	struct verdict verdict;
	char text[16];

	while (assembler_next(&assembler, &message, &verdict)) {
		snprintf(text, sizeof(text), "%X:", message.opcode);
		if (!buffer_append_string(&transcript, text) ||
			!buffer_append(&transcript, message.payload) ||
			!buffer_append_string(&transcript, " "))
			ck_abort_msg("memory is short");
	}
	if (!verdict_is_fine(verdict)) {
		snprintf(text, sizeof(text), "%u", verdict.code);
		ck_assert(buffer_append_string(&transcript, text));
		ck_assert_ptr_nonnull(verdict.why);
	}
	return verdict;
}

void
assembly_receive(struct slice *left, size_t count)
{
	ck_assert(assembler_reserve(&assembler));
	if (count > left->length)
		count = left->length;
	if (count > buffer_room_size(&assembler.input))
		count = buffer_room_size(&assembler.input);
	ck_assert_uint_gt(count, 0);
	memcpy(buffer_room(&assembler.input), left->data, count);
	buffer_add(&assembler.input, count);
	assembler_received(&assembler);
	left->data += count;
	left->length -= count;
}

struct verdict
assembly_feed(size_t chunk)
{
	struct slice left = buffer_bytes(&from_peer);
	struct verdict verdict = VERDICT_FINE;

	while (left.length > 0 && verdict_is_fine(verdict)) {
		assembly_receive(&left, chunk);
		verdict = write_transcript();
	}
	return verdict;
}

void
assert_transcript(const char *expected)
{
	struct slice got = buffer_bytes(&transcript);

	if (!slice_equals(got, slice_of(expected)))
		ck_abort_msg("\"%.*s\", not \"%s\"", (int)got.length, got.data,
			expected);
}
