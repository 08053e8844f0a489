/* SPDX-License-Identifier: MIT */
#include "payloads.h"

#include "fuzz.h"
#include "protocol/close_code.h"

/* What a buffer that doubles may take for so many bytes. */
static void
require_capacity(const struct buffer *buffer, size_t max)
{
	require(buffer_length(buffer) <= max);
	require(buffer->capacity <= 2 * max + BUFFER_CAPACITY_MIN);
}

struct verdict
payloads_restore(struct inflater *inflater, struct slice input,
	struct splits splits, size_t max, struct buffer *output)
{
	static const unsigned codes[] = {
		CLOSE_INVALID_PAYLOAD, CLOSE_MESSAGE_TOO_BIG, 0};
	struct verdict verdict = VERDICT_FINE;

	while (input.length > 0 && verdict_is_fine(verdict)) {
		verdict = inflater_add(
			inflater, splits_take(&splits, &input), output, max);
		require_capacity(output, max);
		require_code(verdict, codes);
	}
	if (verdict_is_fine(verdict))
		verdict = inflater_finish(inflater);
	require_code(verdict, codes);
	return verdict;
}

void
payloads_return(struct deflater *deflater, struct inflater *inflater,
	struct slice payload, struct splits splits)
{
	struct buffer wire = {0}, restored = {0};
	struct slice slices[2] = {payload, payload};

	slices[0].length = payload.length / 2;
	slices[1].data += slices[0].length;
	slices[1].length -= slices[0].length;
	require(deflater_compress(deflater, slices, 2, &wire));
	require(payloads_restore(inflater, buffer_bytes(&wire), splits,
			payload.length, &restored)
			.code == 0);
	require(slice_equals(buffer_bytes(&restored), payload));
	buffer_release(&wire);
	buffer_release(&restored);
}

void
payloads_compare(const struct deflate_direction *direction, struct slice input,
	struct splits splits, size_t max)
{
	static const struct splits none;
	struct inflater inflaters[2];
	struct buffer outputs[2] = {{0}, {0}};
	unsigned codes[2];

	for (int i = 0; i < 2; i++) {
		inflater_init(&inflaters[i], direction);
		codes[i] = payloads_restore(&inflaters[i], input,
			i == 0 ? none : splits, max, &outputs[i])
				   .code;
		inflater_release(&inflaters[i]);
	}
	if (direction->window == DEFLATE_WINDOW_MAX) {
		require(codes[0] == codes[1]);
		require(slice_equals(
			buffer_bytes(&outputs[0]), buffer_bytes(&outputs[1])));
	}
	buffer_release(&outputs[0]);
	buffer_release(&outputs[1]);
}
