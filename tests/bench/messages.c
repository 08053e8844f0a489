/* SPDX-License-Identifier: MIT */
#include "messages.h"

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* How much a cycle of text holds, several of the largest windows. */
#define CYCLE_SIZE (1 << 18)
#define CYCLE_MIN 4
#define RECORD_MAX 128
#define TAIL_SIZE 4
#define MEMORY_DEFAULT 8

void *
allocate(size_t size)
{
	void *memory = malloc(size > 0 ? size : 1);

	if (memory == NULL)
		err(EXIT_FAILURE, "malloc");
	return memory;
}

static void
messages_allocate(struct messages *messages, size_t count, size_t size)
{
	*messages = (struct messages){.count = count,
		.size = size,
		.payloads = allocate(count * size),
		.wire = allocate(count * sizeof(*messages->wire))};
}

struct slice
messages_payload(const struct messages *messages, size_t index)
{
	return (struct slice){
		messages->payloads + index * messages->size, messages->size};
}

void
messages_make_noise(struct messages *messages, size_t size)
{
	messages_allocate(messages, 1, size);
	for (size_t i = 0; i < size; i++)
		messages->payloads[i] = (char)random();
	messages->wire[0] = messages_payload(messages, 0);
}

/* Records as programs tell them to each other. */
static void
write_text(char *text, size_t size)
{
	char record[RECORD_MAX];

	for (size_t i = 0; i < size;) {
		int length = snprintf(record, sizeof(record),
			"{\"id\":%ld,\"sensor\":\"%c%02ld\",\"value\":"
			"%ld.%03ld,\"valid\":%s},\n",
			random() % 1000000, 'a' + (int)(random() % 6),
			random() % 20, random() % 100, random() % 1000,
			random() % 9 == 0 ? "false" : "true");
		size_t piece =
			(size_t)length < size - i ? (size_t)length : size - i;

		memcpy(text + i, record, piece);
		i += piece;
	}
}

/* Returns the length, without the four bytes that section 7.2.1 drops. */
static size_t
compress_to(struct slice payload, char *output, size_t room)
{
	z_stream stream = {.next_in = (Bytef *)(uintptr_t)payload.data,
		.avail_in = (uInt)payload.length,
		.next_out = (Bytef *)output,
		.avail_out = (uInt)room};

	if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
		    -MESSAGES_WINDOW, MEMORY_DEFAULT,
		    Z_DEFAULT_STRATEGY) != Z_OK ||
		deflate(&stream, Z_SYNC_FLUSH) != Z_OK || stream.avail_out == 0)
		errx(EXIT_FAILURE, "deflate");
	deflateEnd(&stream);
	return stream.total_out - TAIL_SIZE;
}

void
messages_make_compressed(struct messages *messages, size_t size)
{
	size_t count = size > CYCLE_SIZE / CYCLE_MIN ? CYCLE_MIN
						     : CYCLE_SIZE / (size + 1);
	size_t room = compressBound(size) + RECORD_MAX;
	size_t used = 0;

	messages_allocate(messages, count, size);
	messages->octets = allocate(count * room);
	write_text(messages->payloads, count * size);
	for (size_t i = 0; i < count; i++) {
		char *octets = messages->octets + used;
		size_t length = compress_to(
			messages_payload(messages, i), octets, room);

		messages->wire[i] = (struct slice){octets, length};
		used += length;
	}
}

void
messages_release(struct messages *messages)
{
	free(messages->payloads);
	free(messages->octets);
	free(messages->wire);
}
