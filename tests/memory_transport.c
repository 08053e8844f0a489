/* SPDX-License-Identifier: MIT */
#include "memory_transport.h"

#include "suite.h"

#include <errno.h>
#include <string.h>

static struct memory_transport *
memory_of(struct transport *transport)
{
	return (struct memory_transport *)transport;
}

/* Whether this call is to fail with EINTR. */
static bool
is_interrupted(struct memory_transport *memory)
{
	errno = EINTR;
	return memory->calls++ % 2 == 0 && memory->interrupts;
}

static int
fail_with(int failure)
{
	errno = failure;
	return -1;
}

/* How many bytes this call may move. */
static size_t
next_chunk(struct memory_transport *memory)
{
	size_t piece = splits_next(&memory->splits);

	return piece < memory->chunk ? piece : memory->chunk;
}

/* What becomes of a call behind the input: 0 at the end, or a failure. */
static int
end_of_input(struct memory_transport *memory)
{
	if (memory->later.length > 0) {
		memory->input = memory->later;
		memory->later.length = 0;
		return fail_with(EAGAIN);
	}
	if (memory->receive_failure != 0)
		return fail_with(memory->receive_failure);
	return memory->stalls ? fail_with(EAGAIN) : 0;
}

static ssize_t
memory_receive(struct transport *transport, void *data, size_t size)
{
	struct memory_transport *memory = memory_of(transport);
	size_t length = memory->input.length, chunk = next_chunk(memory);

	memory->room = size;
	if (is_interrupted(memory))
		return -1;
	if (length == 0)
		return end_of_input(memory);
	if (length > size)
		length = size;
	if (length > chunk)
		length = chunk;
	memory->receives++;
	memcpy(data, memory->input.data, length);
	memory->input.data += length;
	memory->input.length -= length;
	return (ssize_t)length;
}

static int
memory_wait(struct transport *transport)
{
	struct memory_transport *memory = memory_of(transport);

	memory->waits++;
	if (is_interrupted(memory))
		return -1;
	return memory->input.length > 0 ? 0 : end_of_input(memory);
}

static int
memory_check(struct transport *transport)
{
	(void)transport;
	return 0;
}

static ssize_t
memory_send(struct transport *transport, struct iovec *pieces, int count)
{
	struct memory_transport *memory = memory_of(transport);
	size_t left = next_chunk(memory), sent = 0;

	if (is_interrupted(memory))
		return -1;
	if (memory->send_failure != 0)
		return fail_with(memory->send_failure);
	memory->sends++;
	for (int i = 0; i < count && left > 0; i++) {
		struct slice piece = {pieces[i].iov_base, pieces[i].iov_len};

		if (piece.length > 0 && piece.data == memory->borrowed)
			memory->borrowed_was_sent = true;
		if (piece.length > left)
			piece.length = left;
		if (!buffer_append(&memory->sent, piece))
			return fail_with(ENOMEM);
		left -= piece.length;
		sent += piece.length;
	}
	return (ssize_t)sent;
}

static bool
memory_advances(struct transport *transport)
{
	return memory_of(transport)->advances;
}

static int
memory_set_time_limit(struct transport *transport,
	enum transport_direction direction, int64_t milliseconds)
{
	struct memory_transport *memory = memory_of(transport);

	if (direction == TRANSPORT_RECEIVING)
		memory->receive_limit = milliseconds;
	else
		memory->send_limit = milliseconds;
	return 0;
}

static int
memory_finish(struct transport *transport)
{
	memory_of(transport)->finished = true;
	return 0;
}

static void
memory_reset(struct transport *transport)
{
	memory_of(transport)->was_reset = true;
}

static void
memory_close(struct transport *transport)
{
	memory_of(transport)->closed = true;
}

static const struct transport_type memory_type = {
	.receive = memory_receive,
	.wait = memory_wait,
	.check = memory_check,
	.send = memory_send,
	.advances = memory_advances,
	.set_time_limit = memory_set_time_limit,
	.finish = memory_finish,
	.reset = memory_reset,
	.close = memory_close,
};

void
memory_transport_init(
	struct memory_transport *memory, struct slice input, size_t chunk)
{
	*memory = (struct memory_transport){
		.transport = {&memory_type}, .input = input, .chunk = chunk};
}

void
memory_transport_init_variant(
	struct memory_transport *memory, struct slice input, int variant)
{
	memory_transport_init(memory, input, chunk_sizes[variant / 2]);
	memory->interrupts = variant % 2 == 1;
}

void
memory_transport_release(struct memory_transport *memory)
{
	buffer_release(&memory->sent);
}
