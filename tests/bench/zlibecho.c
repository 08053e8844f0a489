/* SPDX-License-Identifier: MIT */
/* What zlib alone takes to restore the messages of a load and compress them. */
#include "bench/messages.h"
#include "tool.h"

#include <err.h>
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zlib.h>

#define CONNECTIONS_MAX 1000

struct work {
	struct messages messages;
	long size, connections;
	double seconds, deadline;
	int window, level, memory;
	bool forgets;
	atomic_ullong count, octets; /* of compressed messages */
};

/* What a connection has. */
struct streams {
	z_stream inflater, deflater;
	char *payload, *output;
	size_t room;
};

static double
processor_seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
streams_init(struct streams *streams, const struct work *work)
{
	size_t room = compressBound((uLong)work->size) + 64;

	*streams = (struct streams){.room = room,
		.payload = allocate((size_t)work->size + 1),
		.output = allocate(room)};
	if (inflateInit2(&streams->inflater, -work->window) != Z_OK ||
		deflateInit2(&streams->deflater, work->level, Z_DEFLATED,
			-work->window, work->memory,
			Z_DEFAULT_STRATEGY) != Z_OK)
		errx(EXIT_FAILURE, "zlib refuses the settings");
}

static void
streams_release(struct streams *streams)
{
	inflateEnd(&streams->inflater);
	deflateEnd(&streams->deflater);
	free(streams->payload);
	free(streams->output);
}

static void
restore(struct streams *streams, struct slice octets, size_t size)
{
	z_stream *stream = &streams->inflater;

	inflateReset(stream);
	stream->next_in = (Bytef *)(uintptr_t)octets.data;
	stream->avail_in = (uInt)octets.length;
	stream->next_out = (Bytef *)streams->payload;
	stream->avail_out = (uInt)size + 1;
	if (inflate(stream, Z_SYNC_FLUSH) != Z_OK || stream->total_out != size)
		errx(EXIT_FAILURE, "inflate");
}

/* Returns the length of what came out. */
static size_t
compress_again(struct streams *streams, size_t size, bool forgets)
{
	z_stream *stream = &streams->deflater;

	if (forgets)
		deflateReset(stream);
	stream->next_in = (Bytef *)streams->payload;
	stream->avail_in = (uInt)size;
	stream->next_out = (Bytef *)streams->output;
	stream->avail_out = (uInt)streams->room;
	if (deflate(stream, Z_SYNC_FLUSH) != Z_OK || stream->avail_out == 0)
		errx(EXIT_FAILURE, "deflate");
	return streams->room - stream->avail_out;
}

static void *
run(void *argument)
{
	struct work *work = argument;
	const struct messages *messages = &work->messages;
	unsigned long long count = 0, octets = 0;
	struct streams streams;

	streams_init(&streams, work);
	while (now() < work->deadline) {
		restore(&streams, messages_sent(messages, count),
			messages->size);
		octets +=
			compress_again(&streams, messages->size, work->forgets);
		count++;
	}
	streams_release(&streams);
	atomic_fetch_add(&work->count, count);
	atomic_fetch_add(&work->octets, octets);
	return NULL;
}

static void
measure(struct work *work)
{
	pthread_t threads[CONNECTIONS_MAX];
	double start = now(), spent = processor_seconds(), count;

	work->deadline = start + work->seconds;
	for (long i = 0; i < work->connections; i++)
		if (pthread_create(&threads[i], NULL, run, work) != 0)
			errx(EXIT_FAILURE, "cannot start a thread");
	for (long i = 0; i < work->connections; i++)
		pthread_join(threads[i], NULL);
	spent = processor_seconds() - spent;
	count = (double)work->count;
	printf("%.0f messages/s, %.2f MB/s, server %.2f s of %.2f s, "
	       "%.0f bytes\n",
		count / (now() - start),
		count * (double)work->size / 1e6 / (now() - start), spent,
		now() - start, (double)work->octets / count);
}

static void
parse_options(struct work *work, int argc, char **argv)
{
	static const struct option options[] = {
		{"window", required_argument, NULL, 'w'},
		{"level", required_argument, NULL, 'l'},
		{"memory", required_argument, NULL, 'm'},
		{"no-takeover", no_argument, NULL, 'n'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:s:d:", options, NULL)) !=
		-1) {
		if (option == 'c')
			work->connections = number(optarg, 1, CONNECTIONS_MAX);
		else if (option == 's')
			work->size = number(optarg, 1, 1 << 24);
		else if (option == 'd')
			work->seconds = strtod(optarg, NULL);
		else if (option == 'w')
			work->window = (int)number(optarg, 9, MAX_WBITS);
		else if (option == 'l')
			work->level = (int)number(optarg, 1, 9);
		else if (option == 'm')
			work->memory = (int)number(optarg, 1, MAX_MEM_LEVEL);
		else if (option == 'n')
			work->forgets = true;
		else
			errx(2, "usage: zlibecho [-c CONNECTIONS] [-s SIZE] "
				"[-d SECONDS] [--window BITS] [--level N] "
				"[--memory N] [--no-takeover]");
	}
}

int
main(int argc, char **argv)
{
	const struct deflate_direction direction = {.window = MESSAGES_WINDOW};
	struct work work = {.size = 1024,
		.connections = 1,
		.seconds = 2,
		.window = 12,
		.level = 6,
		.memory = 8};

	parse_options(&work, argc, argv);
	if (!messages_make(
		    &work.messages, BENCH_ASCII, (size_t)work.size, true) ||
		!messages_compress(&work.messages, &direction))
		errx(EXIT_FAILURE, "out of memory");
	measure(&work);
	messages_release(&work.messages);
	return EXIT_SUCCESS;
}
