/* SPDX-License-Identifier: MIT */
#include "websocket/traffic.h"

static uint64_t
load(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

/* There is one writer, so this takes no locked instruction. */
static void
add(_Atomic uint64_t *counter, uint64_t more)
{
	atomic_store_explicit(
		counter, load(counter) + more, memory_order_relaxed);
}

static void
count(struct traffic *traffic, enum traffic_kind kind, uint64_t bytes)
{
	add(&traffic->of[kind].messages, 1);
	add(&traffic->of[kind].bytes, bytes);
}

void
traffic_count_in(struct traffic *traffic, bool is_text, uint64_t bytes)
{
	count(traffic, is_text ? TRAFFIC_TEXT_IN : TRAFFIC_BINARY_IN, bytes);
}

void
traffic_count_out(struct traffic *traffic, bool is_text, uint64_t bytes)
{
	count(traffic, is_text ? TRAFFIC_TEXT_OUT : TRAFFIC_BINARY_OUT, bytes);
}

void
traffic_gather(struct traffic *sum, const struct traffic *part)
{
	for (int kind = 0; kind < TRAFFIC_KINDS; kind++) {
		add(&sum->of[kind].messages, load(&part->of[kind].messages));
		add(&sum->of[kind].bytes, load(&part->of[kind].bytes));
	}
}

struct traffic_totals
traffic_totals(const struct traffic *traffic)
{
	const struct traffic_count *text_in = &traffic->of[TRAFFIC_TEXT_IN];
	const struct traffic_count *binary_in = &traffic->of[TRAFFIC_BINARY_IN];
	const struct traffic_count *text_out = &traffic->of[TRAFFIC_TEXT_OUT];
	const struct traffic_count *binary_out =
		&traffic->of[TRAFFIC_BINARY_OUT];

	return (struct traffic_totals){
		.messages_in =
			load(&text_in->messages) + load(&binary_in->messages),
		.messages_out =
			load(&text_out->messages) + load(&binary_out->messages),
		.bytes_in = load(&text_in->bytes) + load(&binary_in->bytes),
		.bytes_out = load(&text_out->bytes) + load(&binary_out->bytes),
	};
}
