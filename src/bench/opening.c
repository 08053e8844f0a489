/* SPDX-License-Identifier: MIT */
#include "bench/opening.h"

#include "bench/messages.h"

#include <stdlib.h>
#include <string.h>

#define LEVEL 6

/* Of RFC 6455 section 1.3; so the answer is always the same too. */
#define CONSTANT_KEY "dGhlIHNhbXBsZSBub25jZQ=="

bool
request_init(struct request *request, const struct bench_options *options)
{
	*request = (struct request){
		.deflate = {.enabled = options->deflate,
			.window = MESSAGES_WINDOW,
			.level = LEVEL},
		.has_constant_key = options->is_plain_echo,
	};
	if (!uri_write_target(&request->target, &options->uri) ||
		!deflate_offer(&request->deflate, &request->extensions))
		return false;
	request->offer.host = options->uri.host_field;
	request->offer.target = buffer_bytes(&request->target);
	request->offer.extensions = buffer_bytes(&request->extensions);
	return true;
}

void
request_release(struct request *request)
{
	buffer_release(&request->target);
	buffer_release(&request->extensions);
}

static bool
choose_key(struct handshake_offer *offer, bool is_constant)
{
	if (!is_constant)
		return handshake_generate_key(offer);
	memcpy(offer->key, CONSTANT_KEY, sizeof(offer->key));
	return true;
}

struct opening *
opening_new(const struct request *request, struct buffer *output)
{
	struct opening *opening = calloc(1, sizeof(*opening));

	if (opening == NULL)
		return NULL;
	opening->offer = request->offer;
	if (choose_key(&opening->offer, request->has_constant_key) &&
		handshake_write_request(output, &opening->offer))
		return opening;
	free(opening);
	return NULL;
}

void
opening_free(struct opening *opening)
{
	if (opening == NULL)
		return;
	buffer_release(&opening->input);
	free(opening);
}

static struct verdict
judge_head(struct opening *opening, const struct request *request,
	struct slice bytes)
{
	struct slice subprotocol;
	struct http_head head;
	struct verdict verdict = http_response_parse(bytes, &head);

	if (!verdict_is_fine(verdict))
		return verdict;
	opening->status = head.status;
	verdict =
		handshake_check_response(&head, &opening->offer, &subprotocol);
	if (!verdict_is_fine(verdict))
		return verdict;
	verdict = deflate_check(&head, &request->deflate, &opening->agreement);
	if (verdict_is_fine(verdict) && request->deflate.enabled &&
		!opening->agreement.enabled)
		return (struct verdict){
			head.status, "the server does not compress"};
	return verdict;
}

bool
opening_judge(struct opening *opening, const struct request *request)
{
	struct slice bytes = buffer_bytes(&opening->input);
	struct http_scanner *scanner = &opening->scanner;

	opening->verdict = http_scan(scanner, bytes.data, bytes.length);
	if (!verdict_is_fine(opening->verdict))
		return true;
	if (scanner->head_length == 0)
		return false;
	bytes.data += scanner->start;
	bytes.length = scanner->head_length;
	opening->head_length = scanner->start + scanner->head_length;
	opening->verdict = judge_head(opening, request, bytes);
	return true;
}
