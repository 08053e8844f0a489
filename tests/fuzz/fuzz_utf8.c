/* SPDX-License-Identifier: MIT */
/* UTF-8 against another validator, in whatever pieces: splits, a text. */
#include "fuzz.h"
#include "plain_utf8.h"
#include "protocol/utf8.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice rest = input_of(data, size);
	struct splits splits = input_take_splits(&rest);
	struct slice good = {rest.data, 0}, text = rest;
	struct utf8 bytewise = {0}, utf8 = {0};
	bool fine = true;

	for (; good.length < text.length; good.length++)
		if (!utf8_continue(&bytewise,
			    (struct slice){text.data + good.length, 1}))
			break;
	require(plain_utf8_may_begin(good));
	while (rest.length > 0 && fine)
		fine = utf8_continue(&utf8, splits_take(&splits, &rest));
	require(fine == (good.length++ == text.length));
	require(fine || !plain_utf8_may_begin(good));
	require(utf8_is_valid(text) == plain_utf8_is_valid(text));
	require(utf8_is_valid(text) == (fine && utf8_is_complete(&utf8)));
	return 0;
}
