/* SPDX-License-Identifier: MIT */
#include "bench/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many messages, by how much they hold together. */
#define PLAIN_CYCLE 65536
#define PLAIN_MIN 2
#define PLAIN_MAX 16
#define COMPRESSED_CYCLE (1 << 18)
#define COMPRESSED_MIN 4
#define COMPRESSED_MAX 4096

#define RECORD_SIZE 128
#define COMPRESSION_LEVEL 6
#define COMPRESSION_MEMORY SIZE_MAX

/* Any number but 0. */
#define SEED UINT64_C(88172645463325252)

/* xorshift64: noise for all purposes but secrets. */
static uint64_t
draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static unsigned
draw_below(uint64_t *state, unsigned limit)
{
	return (unsigned)((draw(state) >> 32) % limit);
}

static void
fill_with_noise(char *data, size_t size, uint64_t *state)
{
	for (size_t i = 0; i < size; i++)
		data[i] = (char)(draw(state) >> 56);
}

/* Records as programs tell them to each other. */
static void
fill_with_records(char *text, size_t size, uint64_t *state)
{
	char record[RECORD_SIZE];

	for (size_t i = 0; i < size;) {
		int length = snprintf(record, sizeof(record),
			"{\"id\":%u,\"sensor\":\"%c%02u\",\"value\":"
			"%u.%03u,\"valid\":%s},\n",
			draw_below(state, 1000000),
			'a' + (int)draw_below(state, 6), draw_below(state, 20),
			draw_below(state, 100), draw_below(state, 1000),
			draw_below(state, 9) == 0 ? "false" : "true");
		size_t piece =
			(size_t)length < size - i ? (size_t)length : size - i;

		memcpy(text + i, record, piece);
		i += piece;
	}
}

/* Writes a character of so many bytes, from 1 to 4. */
static void
write_character(char *text, unsigned length, uint64_t *state)
{
	static const unsigned starts[] = {' ', 0xA1, 0x4E00, 0x1F300};
	static const unsigned counts[] = {94, 0x700, 0x5000, 0x300};
	static const unsigned char marks[] = {0, 0xC0, 0xE0, 0xF0};
	unsigned code =
		starts[length - 1] + draw_below(state, counts[length - 1]);

	for (unsigned i = length - 1; i > 0; i--) {
		text[i] = (char)(0x80 | (code & 0x3F));
		code >>= 6;
	}
	text[0] = (char)(marks[length - 1] | code);
}

/* One to four bytes, equally often, up to the end. */
static void
fill_with_characters(char *text, size_t size, uint64_t *state)
{
	for (size_t i = 0; i < size;) {
		unsigned length = 1 + draw_below(state, 4);

		if (length > size - i)
			length = (unsigned)(size - i);
		write_character(text + i, length, state);
		i += length;
	}
}

static size_t
count_for(size_t size, bool to_be_compressed)
{
	size_t cycle = to_be_compressed ? COMPRESSED_CYCLE : PLAIN_CYCLE;
	size_t least = to_be_compressed ? COMPRESSED_MIN : PLAIN_MIN;
	size_t most = to_be_compressed ? COMPRESSED_MAX : PLAIN_MAX;
	size_t count = cycle / (size + 1);

	if (count < least)
		return least;
	return count < most ? count : most;
}

bool
messages_make(struct messages *messages, enum bench_type type, size_t size,
	bool to_be_compressed)
{
	size_t count = count_for(size, to_be_compressed);
	uint64_t state = SEED;

	*messages = (struct messages){.count = count,
		.size = size,
		.opcode = type == BENCH_BINARY ? OPCODE_BINARY : OPCODE_TEXT,
		.payloads = calloc(count, size > 0 ? size : 1)};
	if (messages->payloads == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		char *payload = messages->payloads + i * size;

		if (type == BENCH_ASCII)
			fill_with_records(payload, size, &state);
		else if (type == BENCH_UTF8)
			fill_with_characters(payload, size, &state);
		else
			fill_with_noise(payload, size, &state);
	}
	return true;
}

/* Stores offsets, for the octets move as they grow, and turns them then. */
static bool
compress_all(struct messages *messages, struct deflater *deflater)
{
	size_t offset = 0;

	for (size_t i = 0; i < messages->count; i++) {
		struct slice payload = messages_payload(messages, i);
		size_t before = buffer_length(&messages->octets);

		if (!deflater_compress(
			    deflater, &payload, 1, &messages->octets))
			return false;
		messages->compressed[i].length =
			buffer_length(&messages->octets) - before;
	}
	for (size_t i = 0; i < messages->count; i++) {
		messages->compressed[i].data =
			buffer_bytes(&messages->octets).data + offset;
		offset += messages->compressed[i].length;
	}
	return true;
}

bool
messages_compress(
	struct messages *messages, const struct deflate_direction *direction)
{
	const struct deflate_direction alone = {
		.window = direction->window, .no_takeover = true};
	struct deflater deflater;
	bool is_done;

	if (messages->compressed != NULL)
		return true;
	messages->compressed =
		calloc(messages->count, sizeof(*messages->compressed));
	if (messages->compressed == NULL)
		return false;
	deflater_init(&deflater, &alone, COMPRESSION_LEVEL, COMPRESSION_MEMORY);
	messages->window = alone.window;
	is_done = compress_all(messages, &deflater);
	deflater_release(&deflater);
	return is_done;
}

void
messages_release(struct messages *messages)
{
	free(messages->payloads);
	free(messages->compressed);
	buffer_release(&messages->octets);
}

struct slice
messages_payload(const struct messages *messages, uint64_t index)
{
	size_t place = (size_t)(index % messages->count);

	return (struct slice){
		messages->payloads + place * messages->size, messages->size};
}

struct slice
messages_sent(const struct messages *messages, uint64_t index)
{
	if (messages->compressed != NULL)
		return messages->compressed[index % messages->count];
	return messages_payload(messages, index);
}
