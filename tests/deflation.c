/* SPDX-License-Identifier: MIT */
#include "deflation.h"

#include "guard.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

#define EDGE_SIZE (1 << 20)

struct deflater deflater;
struct inflater inflater;
struct buffer wire;	/* a message compressed */
struct buffer restored; /* and what came out of it */

void
deflation_clear(struct buffer *buffer)
{
	buffer_consume(buffer, buffer_length(buffer));
}

void
deflation_end(void)
{
	deflater_release(&deflater);
	inflater_release(&inflater);
	buffer_release(&wire);
	buffer_release(&restored);
}

void
deflation_start_as(
	struct deflate_direction direction, int level, size_t memory_max)
{
	deflation_end();
	deflater_init(&deflater, &direction, level, memory_max);
	inflater_init(&inflater, &direction);
}

void
deflation_start(int window, bool no_takeover)
{
	deflation_start_as(
		(struct deflate_direction){window, no_takeover}, 6, PLENTY);
}

/* The last bytes of the world. */
static char *
move_to_edge(struct slice bytes)
{
	static char nothing[EDGE_SIZE], *edge;

	if (edge == NULL)
		edge = guard_copy(nothing, EDGE_SIZE);
	memcpy(edge + EDGE_SIZE - bytes.length, bytes.data, bytes.length);
	return edge + EDGE_SIZE - bytes.length;
}

struct verdict
deflation_add(struct slice bytes, size_t chunk, size_t max)
{
	struct verdict verdict = VERDICT_FINE;

	if (chunk > EDGE_SIZE)
		chunk = EDGE_SIZE;
	while (bytes.length > 0 && verdict_is_fine(verdict)) {
		struct slice part = {bytes.data,
			chunk < bytes.length ? chunk : bytes.length};

		bytes.data += part.length;
		bytes.length -= part.length;
		part.data = move_to_edge(part);
		verdict = inflater_add(&inflater, part, &restored, max);
		ck_assert_uint_le(buffer_length(&restored), max);
	}
	return verdict;
}

struct verdict
deflation_receive(struct slice bytes, size_t chunk, size_t max)
{
	struct verdict verdict;

	deflation_clear(&restored);
	verdict = deflation_add(bytes, chunk, max);
	if (verdict_is_fine(verdict))
		verdict = inflater_finish(&inflater);
	ck_assert_int_eq(verdict_is_fine(verdict), verdict.why == NULL);
	return verdict;
}

void
assert_restores(struct slice bytes, size_t chunk, struct slice payload)
{
	ck_assert_uint_eq(deflation_receive(bytes, chunk, SIZE_MAX).code, 0);
	ck_assert(slice_equals(buffer_bytes(&restored), payload));
}

void
deflation_send(struct slice payload)
{
	deflation_clear(&wire);
	ck_assert(deflater_compress(&deflater, &payload, 1, &wire));
}

void
assert_returns(struct slice payload, size_t chunk)
{
	deflation_send(payload);
	assert_restores(buffer_bytes(&wire), chunk, payload);
}

/* Bytes that can be had again by the seed. */
static unsigned
draw(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(*seed >> 33);
}

/* Near as often as far. */
static size_t
draw_distance(uint64_t *seed)
{
	unsigned number = draw(seed);

	return 1 + (number >> (16 + number % 15));
}

char *
make_content(enum content content, size_t length, uint64_t seed)
{
	static const char words[] = "the quick brown fox jumps over lazy dogs ";
	char *bytes = calloc(length + 1, 1);
	size_t distance = 1;

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < length && content != ZEROS; i++) {
		unsigned number = draw(&seed);

		if (number % 20 == 0)
			distance = draw_distance(&seed);
		if (content == WORDS)
			bytes[i] = words[(i + number % 8) % sizeof(words)];
		else if (content == REPETITIVE && distance <= i)
			bytes[i] = bytes[i - distance];
		else
			bytes[i] = (char)(number >> 8);
	}
	return bytes;
}
