/* SPDX-License-Identifier: MIT */
#include "load.h"

#include "protocol/mask.h"

#include <assert.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* Short frames are sent together as far as in_flight allows. */
#define BATCH_MAX 65536

/* Returns the length. */
static size_t
write_frame(char *frame, struct slice payload, const struct load *load,
	const unsigned char key[FRAME_MASKING_KEY_SIZE])
{
	struct frame_header header = {.fin = true,
		.opcode = load->compresses ? OPCODE_TEXT : OPCODE_BINARY,
		.rsv1 = load->compresses,
		.masked = true,
		.payload_length = payload.length};
	size_t size;

	memcpy(header.masking_key, key, FRAME_MASKING_KEY_SIZE);
	size = frame_header_encode(&header, frame);
	memcpy(frame + size, payload.data, payload.length);
	mask_apply(frame + size, payload.length, header.masking_key, 0);
	return size + payload.length;
}

static size_t
wire_size(const struct messages *messages)
{
	size_t size = 0;

	for (size_t i = 0; i < messages->count; i++)
		size += messages->wire[i].length + FRAME_HEADER_MAX;
	return size;
}

/* Built once, so that masking is not part of what is measured. */
static void
build_frames(struct peer *peer, const struct load *load)
{
	const struct messages *messages = &load->messages;
	size_t size = wire_size(messages), copies;
	unsigned char key[FRAME_MASKING_KEY_SIZE];

	for (size_t i = 0; i < FRAME_MASKING_KEY_SIZE; i++)
		key[i] = (unsigned char)random();
	assert(size > 0);
	copies = BATCH_MAX / size + 1;
	if (copies > (size_t)load->in_flight)
		copies = (size_t)load->in_flight;
	peer->frames = copies * messages->count;
	peer->out = allocate(copies * size);
	peer->ends = allocate(peer->frames * sizeof(*peer->ends));
	for (size_t i = 0; i < peer->frames; i++) {
		peer->out_size += write_frame(peer->out + peer->out_size,
			messages->wire[i % messages->count], load, key);
		peer->ends[i] = peer->out_size;
	}
}

/* A plain echo gets the frames too, and knows nothing of them. */
static void
expect_replies(struct peer *peer, const struct load *load)
{
	if (load->compresses)
		replies_expect_compressed(&peer->replies, &load->messages);
	else if (load->websocket)
		replies_expect_message(&peer->replies, &load->messages);
	else
		replies_expect_bytes(&peer->replies, peer->out, peer->ends[0]);
}

static void
watch(const struct peer *peer, const struct load *load, int operation)
{
	struct epoll_event event = {.data.ptr = (void *)(uintptr_t)peer,
		.events = EPOLLIN | (peer->is_blocked ? EPOLLOUT : 0U)};

	if (epoll_ctl(load->epoll, operation, peer->channel.descriptor,
		    &event) < 0)
		err(EXIT_FAILURE, "epoll_ctl");
}

void
peer_open(struct peer *peer, const struct load *load)
{
	*peer = (struct peer){.sent = 0};
	channel_open(&peer->channel, load->host, load->port, load->tls);
	if (load->websocket)
		open_websocket(&peer->channel, load);
	channel_unblock(&peer->channel);
	build_frames(peer, load);
	expect_replies(peer, load);
	watch(peer, load, EPOLL_CTL_ADD);
}

void
peer_close(struct peer *peer)
{
	channel_close(&peer->channel);
	replies_release(&peer->replies);
	free(peer->out);
	free(peer->ends);
}

/* Where the last frame ends that in_flight allows, in the bytes of all. */
static uint64_t
allowed_bytes(const struct peer *peer, const struct load *load)
{
	uint64_t frames = peer->replies.messages + (uint64_t)load->in_flight;

	return (frames - 1) / peer->frames * peer->out_size +
	       peer->ends[(frames - 1) % peer->frames];
}

void
peer_send(struct peer *peer, const struct load *load)
{
	uint64_t allowed = allowed_bytes(peer, load);
	bool was_blocked = peer->is_blocked;

	peer->is_blocked = false;
	while (peer->sent < allowed && !peer->is_blocked) {
		size_t offset = (size_t)(peer->sent % peer->out_size);
		uint64_t length = allowed - peer->sent;
		ssize_t sent;

		if (length > peer->out_size - offset)
			length = peer->out_size - offset;
		sent = channel_send(
			&peer->channel, peer->out + offset, (size_t)length);
		if (sent >= 0)
			peer->sent += (uint64_t)sent;
		else
			peer->is_blocked = errno == EAGAIN;
	}
	if (peer->is_blocked != was_blocked)
		watch(peer, load, EPOLL_CTL_MOD);
}

void
peer_receive(struct peer *peer)
{
	do
		replies_receive(&peer->replies, &peer->channel);
	while (channel_holds_bytes(&peer->channel));
}
