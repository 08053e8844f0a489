/* SPDX-License-Identifier: MIT */
#include "zlib_work.h"

#include "bench/messages.h"
#include "websocket/compression.h"

#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

/* wsserver's level, and the memLevel that is left within its memory. */
#define LEVEL 6
#define MEMORY 5

/* What fits in behind a message: the end of a flush. */
#define FLUSH_ROOM 64

static struct messages messages;
static size_t length; /* of a compressed one, on average */

struct zlib_work {
	z_stream inflater, deflater;
	uint64_t done;
	size_t received; /* of the next one */
	char *payload, *output;
	size_t room;
};

size_t
zlib_work_prepare(size_t size)
{
	const struct deflate_direction direction = {.window = MESSAGES_WINDOW};

	if (!messages_make(&messages, BENCH_ASCII, size, true) ||
		!messages_compress(&messages, &direction))
		errx(EXIT_FAILURE, "out of memory");
	length = buffer_length(&messages.octets) / messages.count;
	return length;
}

struct zlib_work *
zlib_work_new(void)
{
	struct zlib_work *work = calloc(1, sizeof(*work));

	if (work == NULL)
		errx(EXIT_FAILURE, "out of memory");
	work->room = compressBound((uLong)messages.size) + FLUSH_ROOM;
	work->payload = malloc(messages.size + 1);
	work->output = malloc(work->room);
	if (work->payload == NULL || work->output == NULL ||
		inflateInit2(&work->inflater, -COMPRESSION_WINDOW) != Z_OK ||
		deflateInit2(&work->deflater, LEVEL, Z_DEFLATED,
			-COMPRESSION_WINDOW, MEMORY,
			Z_DEFAULT_STRATEGY) != Z_OK)
		errx(EXIT_FAILURE, "out of memory");
	return work;
}

void
zlib_work_free(struct zlib_work *work)
{
	if (work == NULL)
		return;
	inflateEnd(&work->inflater);
	deflateEnd(&work->deflater);
	free(work->payload);
	free(work->output);
	free(work);
}

static void
restore(struct zlib_work *work, struct slice octets)
{
	z_stream *stream = &work->inflater;

	inflateReset(stream);
	stream->next_in = (Bytef *)(uintptr_t)octets.data;
	stream->avail_in = (uInt)octets.length;
	stream->next_out = (Bytef *)work->payload;
	stream->avail_out = (uInt)messages.size + 1;
	if (inflate(stream, Z_SYNC_FLUSH) != Z_OK ||
		stream->total_out != messages.size)
		errx(EXIT_FAILURE, "inflate");
}

static void
compress_again(struct zlib_work *work)
{
	z_stream *stream = &work->deflater;

	stream->next_in = (Bytef *)work->payload;
	stream->avail_in = (uInt)messages.size;
	stream->next_out = (Bytef *)work->output;
	stream->avail_out = (uInt)work->room;
	if (deflate(stream, Z_SYNC_FLUSH) != Z_OK || stream->avail_out == 0)
		errx(EXIT_FAILURE, "deflate");
}

void
zlib_work_do(struct zlib_work *work, size_t received)
{
	work->received += received;
	while (work->received >= length) {
		work->received -= length;
		restore(work, messages_sent(&messages, work->done++));
		compress_again(work);
	}
}
