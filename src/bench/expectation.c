/* SPDX-License-Identifier: MIT */
#include "bench/expectation.h"

#include <string.h>

void
expectation_init(struct expectation *expectation,
	const struct messages *messages, bool is_plain_echo)
{
	*expectation = (struct expectation){
		.messages = messages, .is_plain_echo = is_plain_echo};
}

/* Compressed replies are not known byte by byte. */
static void
write_lead(struct expectation *expectation)
{
	struct frame_header header = {.fin = true,
		.opcode = expectation->messages->opcode,
		.masked = expectation->is_plain_echo,
		.payload_length = expectation->prefix_length +
				  expectation->messages->size};
	size_t size;

	if (expectation->messages->compressed != NULL)
		return;
	size = frame_header_encode(&header, expectation->lead);
	memcpy(expectation->lead + size, expectation->prefix,
		expectation->prefix_length);
	expectation->lead_size = size + expectation->prefix_length;
}

/* A reply that is not behind a prefix leaves an empty one. */
static void
learn(struct expectation *expectation, struct slice reply, struct slice payload)
{
	size_t prefix = reply.length - payload.length;

	expectation->is_learned = true;
	if (reply.length >= payload.length &&
		prefix <= EXPECTATION_PREFIX_MAX &&
		slice_equals(
			(struct slice){reply.data + prefix, payload.length},
			payload)) {
		expectation->prefix_length = prefix;
		if (prefix > 0)
			memcpy(expectation->prefix, reply.data, prefix);
	}
	write_lead(expectation);
}

bool
expectation_is_met(struct expectation *expectation,
	const struct message *message, uint64_t index)
{
	struct slice payload = messages_payload(expectation->messages, index);
	struct slice reply = message->payload, prefix;

	if (message->opcode != expectation->messages->opcode)
		return false;
	if (!expectation->is_learned)
		learn(expectation, reply, payload);
	if (reply.length != expectation->prefix_length + payload.length)
		return false;
	prefix = (struct slice){reply.data, expectation->prefix_length};
	reply.data += prefix.length;
	reply.length -= prefix.length;
	return slice_equals(prefix,
		       (struct slice){expectation->prefix, prefix.length}) &&
	       slice_equals(reply, payload);
}
