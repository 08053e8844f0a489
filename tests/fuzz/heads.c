/* SPDX-License-Identifier: MIT */
#include "heads.h"

#include "fuzz.h"
#include "peer.h"

#include <string.h>

#define SUBPROTOCOLS 2

/* What servers and clients speak here. */
static const struct slice subprotocols[SUBPROTOCOLS] = {
	{"chat", 4}, {"superchat", 9}};

const struct handshake_offer heads_offer = {.subprotocols = subprotocols,
	.subprotocol_count = SUBPROTOCOLS,
	.key = PEER_KEY};

static struct verdict
scan(struct http_scanner *scanner, struct slice stream, struct splits splits)
{
	struct slice rest = stream;
	struct verdict verdict = VERDICT_FINE;

	*scanner = (struct http_scanner){0};
	while (rest.length > 0 && verdict_is_fine(verdict)) {
		splits_take(&splits, &rest);
		verdict = http_scan(
			scanner, stream.data, stream.length - rest.length);
	}
	return verdict;
}

bool
heads_find(struct slice stream, struct splits splits, struct slice *head)
{
	static const unsigned codes[] = {
		HTTP_BAD_REQUEST, HTTP_URI_TOO_LONG, HTTP_FIELDS_TOO_LARGE, 0};
	struct http_scanner whole, pieces;
	struct verdict verdict = scan(&pieces, stream, splits);

	require_code(verdict, codes);
	require(verdict.code ==
		scan(&whole, stream, (struct splits){{NULL, 0}, 0}).code);
	require(whole.head_length == pieces.head_length);
	require(whole.start == pieces.start);
	if (!verdict_is_fine(verdict) || whole.head_length == 0)
		return false;
	require(whole.start + whole.head_length <= HTTP_HEAD_MAX);
	*head = (struct slice){stream.data + whole.start, whole.head_length};
	return true;
}

static bool
is_clean(struct slice value)
{
	for (size_t i = 0; i < value.length; i++) {
		unsigned char c = (unsigned char)value.data[i];

		if ((c < ' ' && c != '\t') || c == 0x7F)
			return false;
	}
	return slice_trim(value).length == value.length;
}

void
heads_require_fields(const struct http_head *head)
{
	struct slice rest = head->fields, value;
	struct http_field field;
	size_t count = 0;

	while (http_field_next(&rest, &field)) {
		require(http_is_token(field.name));
		require(is_clean(field.value));
		count++;
	}
	require(rest.length == 0);
	require(count <= HTTP_FIELDS_MAX);
	require(http_field_find(head, "Host", &value) <= count);
}

void
heads_require_request(const struct http_head *head)
{
	struct slice path = http_head_path(head);

	heads_require_fields(head);
	require(http_is_token(head->method));
	require(path.length > 0);
	require(path.data[0] == '/' || slice_equals(path, slice_of("*")));
	require(memchr(path.data, ' ', path.length) == NULL);
	require(memmem(path.data, path.length, "/../", 4) == NULL);
}

struct verdict
heads_judge(const struct http_head *request, struct slice *subprotocol)
{
	struct verdict verdict = handshake_check_http(request);

	if (verdict_is_fine(verdict) && !handshake_is_requested(request))
		return (struct verdict){HTTP_UPGRADE_REQUIRED, "no upgrade"};
	if (verdict_is_fine(verdict))
		verdict = handshake_check_request(request);
	if (verdict_is_fine(verdict))
		verdict = handshake_select_subprotocol(
			request, subprotocols, SUBPROTOCOLS, subprotocol);
	return verdict;
}

void
heads_require_accepted(
	const struct http_head *request, struct slice subprotocol)
{
	struct handshake_offer offer = {.subprotocols = subprotocols,
		.subprotocol_count = SUBPROTOCOLS};
	struct slice key = {NULL, 0}, selected, nothing = {NULL, 0};
	struct buffer output = {0};
	struct http_head response;

	http_field_find(request, "Sec-WebSocket-Key", &key);
	memcpy(offer.key, key.data, HANDSHAKE_KEY_LENGTH);
	require(handshake_write_response(
		&output, request, subprotocol, nothing));
	require(http_response_parse(buffer_bytes(&output), &response).code ==
		0);
	require(handshake_check_response(&response, &offer, &selected).code ==
		0);
	require(slice_equals(selected, subprotocol));
	buffer_release(&output);
}

void
heads_require_upgrade(
	const struct http_head *response, struct slice subprotocol)
{
	struct slice value = {NULL, 0};
	size_t count =
		http_field_find(response, "Sec-WebSocket-Accept", &value);

	require(response->status == HTTP_SWITCHING_PROTOCOLS);
	require(count == 1 && slice_equals(value, slice_of(PEER_ACCEPT)));
	require(subprotocol.length == 0 ||
		slice_equals(subprotocol, subprotocols[0]) ||
		slice_equals(subprotocol, subprotocols[1]));
}

void
heads_require_sent(struct slice request, struct slice path)
{
	struct http_head head;
	struct verdict verdict = http_request_parse(request, &head);

	if (!verdict_is_fine(verdict)) {
		require(strcmp(verdict.why, "bad path") == 0);
		return;
	}
	heads_require_request(&head);
	require(slice_equals(http_head_path(&head), path));
	require(handshake_check_http(&head).code == 0);
}
