/* SPDX-License-Identifier: MIT */
#include "websocket/compression.h"

#include <stdint.h>
#include <stdlib.h>

struct compression *
compression_new(const struct deflate_agreement *agreement,
	const struct deflate_settings *settings, enum role role)
{
	struct compression *compression = calloc(1, sizeof(*compression));
	const struct deflate_direction *ours = &agreement->from_server;
	const struct deflate_direction *theirs = &agreement->from_client;
	size_t memory = SIZE_MAX;

	if (compression == NULL)
		return NULL;
	if (role == ROLE_CLIENT) {
		ours = &agreement->from_client;
		theirs = &agreement->from_server;
	}
	if (settings->window <= COMPRESSION_WINDOW)
		memory = COMPRESSION_MEMORY - inflater_memory(theirs);
	inflater_init(&compression->inflater, theirs);
	deflater_init(&compression->deflater, ours, settings->level, memory);
	return compression;
}

void
compression_free(struct compression *compression)
{
	if (compression == NULL)
		return;
	inflater_release(&compression->inflater);
	deflater_release(&compression->deflater);
	buffer_release(&compression->output);
	free(compression);
}

bool
compression_compress(struct compression *compression,
	const struct slice *payload, size_t count, struct slice *compressed)
{
	struct buffer *output = &compression->output;
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += payload[i].length;
	if (length < COMPRESSION_LENGTH_MIN)
		return false;
	buffer_consume(output, buffer_length(output));
	if (!deflater_compress(&compression->deflater, payload, count, output))
		return false;
	*compressed = buffer_bytes(output);
	return true;
}

void
compression_relax(struct compression *compression)
{
	buffer_release(&compression->output);
	deflater_relax(&compression->deflater);
	inflater_relax(&compression->inflater);
}
