/* SPDX-License-Identifier: MIT */
#include "protocol/handshake.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define NONCE_SIZE 16

#define DIGITS "0123456789"
#define HEXADECIMAL DIGITS "abcdefABCDEF"
#define ALPHANUMERIC                                                           \
	DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static struct verdict
bad_request(const char *why)
{
	return (struct verdict){HTTP_BAD_REQUEST, why};
}

bool
handshake_is_requested(const struct http_head *request)
{
	return http_list_has(request, "Upgrade", "websocket") &&
	       http_list_has(request, "Connection", "Upgrade");
}

static bool
consists_of(struct slice text, const char *characters)
{
	for (size_t i = 0; i < text.length; i++)
		if (memchr(characters, text.data[i], strlen(characters)) ==
			NULL)
			return false;
	return true;
}

/* uri-host [ ":" port ], as to its characters (RFC 9110 section 7.2). */
static bool
is_host(struct slice text)
{
	struct slice host, after_literal;

	if (text.length == 0 || text.data[0] != '[') {
		slice_split(&text, ':', &host);
		return consists_of(host, ALPHANUMERIC "-._~%!$&'()*+,;=") &&
		       consists_of(text, DIGITS);
	}
	text.data++;
	text.length--;
	if (!slice_split(&text, ']', &host) ||
		!consists_of(host, HEXADECIMAL ":."))
		return false;
	slice_split(&text, ':', &after_literal);
	return after_literal.length == 0 && consists_of(text, DIGITS);
}

/* Whether any Content-Length announces more than nothing. */
static bool
has_content(const struct http_head *request)
{
	struct http_list list = http_list_of(request, "Content-Length");
	struct slice length;

	while (http_list_next(&list, &length))
		if (length.length == 0 || !consists_of(length, "0"))
			return true;
	return false;
}

struct verdict
handshake_check_http(const struct http_head *request)
{
	struct slice value = {NULL, 0};
	size_t hosts = http_field_find(request, "Host", &value);

	if (hosts > 1)
		return bad_request("more than one Host");
	if (hosts == 0 && request->minor_version > 0)
		return bad_request("no Host");
	if (hosts == 1 && !is_host(value))
		return bad_request("malformed Host");
	if (request->authority.length > 0 &&
		(request->authority.data[0] == ':' ||
			!is_host(request->authority)))
		return bad_request("malformed host in the target");
	if (http_field_find(request, "Transfer-Encoding", &value) > 0 ||
		has_content(request))
		return bad_request("request with a body");
	return VERDICT_FINE;
}

/* Base64 of exactly 16 bytes: 22 characters and "==". */
static bool
key_is_valid(struct slice key)
{
	struct slice digits = {key.data, HANDSHAKE_KEY_LENGTH - 2};

	return key.length == HANDSHAKE_KEY_LENGTH &&
	       consists_of(digits, ALPHANUMERIC "+/") &&
	       memcmp(key.data + digits.length, "==", 2) == 0;
}

struct verdict
handshake_check_request(const struct http_head *request)
{
	struct slice value = {NULL, 0};
	size_t count;

	if (!slice_equals(request->method, slice_of("GET")))
		return (struct verdict){
			HTTP_METHOD_NOT_ALLOWED, "an upgrade must be a GET"};
	if (request->minor_version == 0)
		return bad_request("an upgrade needs HTTP/1.1");
	count = http_field_find(request, "Sec-WebSocket-Version", &value);
	if (count > 1)
		return bad_request("more than one Sec-WebSocket-Version");
	if (count == 0 || !slice_equals(value, slice_of(HANDSHAKE_VERSION)))
		return (struct verdict){HTTP_UPGRADE_REQUIRED,
			"Sec-WebSocket-Version must be 13"};
	count = http_field_find(request, "Sec-WebSocket-Key", &value);
	if (count != 1)
		return bad_request("not one Sec-WebSocket-Key");
	if (!key_is_valid(value))
		return bad_request("Sec-WebSocket-Key is not 16 bytes");
	return VERDICT_FINE;
}

bool
handshake_origin_is_allowed(const struct http_head *request,
	const struct slice *origins, size_t count)
{
	struct slice origin = {NULL, 0};
	size_t given = http_field_find(request, "Origin", &origin);

	if (count == 0 || given == 0)
		return true;
	for (size_t i = 0; i < count && given == 1; i++)
		if (slice_equals_ignoring_case(origins[i], origin))
			return true;
	return false;
}

static bool
slice_is_among(struct slice wanted, const struct slice *slices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (slice_equals(slices[i], wanted))
			return true;
	return false;
}

struct verdict
handshake_select_subprotocol(const struct http_head *request,
	const struct slice *supported, size_t count, struct slice *selected)
{
	struct http_list list = http_list_of(request, "Sec-WebSocket-Protocol");
	struct slice offers[HTTP_LIST_MAX], offer;
	size_t offer_count = 0;

	*selected = (struct slice){NULL, 0};
	while (http_list_next(&list, &offer)) {
		if (offer_count == HTTP_LIST_MAX)
			return bad_request("more than 32 subprotocols");
		if (offer.length > 0 && !http_is_token(offer))
			return bad_request("malformed subprotocol");
		if (offer.length > 0 &&
			slice_is_among(offer, offers, offer_count))
			return bad_request("subprotocol offered twice");
		offers[offer_count++] = offer;
		for (size_t i = 0; i < count && selected->length == 0; i++)
			if (slice_equals(supported[i], offer))
				*selected = supported[i];
	}
	return VERDICT_FINE;
}

bool
handshake_accept(struct slice key, char accept[HANDSHAKE_ACCEPT_LENGTH + 1])
{
	unsigned char digest[SHA_DIGEST_LENGTH];
	char text[HANDSHAKE_KEY_LENGTH + sizeof(GUID)] = "";

	if (key.length > HANDSHAKE_KEY_LENGTH)
		key.length = HANDSHAKE_KEY_LENGTH;
	memcpy(text, key.data, key.length);
	memcpy(text + key.length, GUID, strlen(GUID));
	if (SHA1((const unsigned char *)text, key.length + strlen(GUID),
		    digest) == NULL)
		return false;
	EVP_EncodeBlock((unsigned char *)accept, digest, (int)sizeof(digest));
	return true;
}

bool
handshake_prepare(void)
{
	char accept[HANDSHAKE_ACCEPT_LENGTH + 1];

	return OSSL_LIB_CTX_get0_global_default() != NULL &&
	       handshake_accept(slice_of(""), accept);
}

static bool
write_field(struct buffer *output, const char *name, struct slice value)
{
	return buffer_append_string(output, name) &&
	       buffer_append_string(output, ": ") &&
	       buffer_append(output, value) &&
	       buffer_append_string(output, "\r\n");
}

static bool
write_optional_field(
	struct buffer *output, const char *name, struct slice value)
{
	return value.length == 0 || write_field(output, name, value);
}

bool
handshake_write_response(struct buffer *output, const struct http_head *request,
	struct slice subprotocol, struct slice extensions)
{
	char accept[HANDSHAKE_ACCEPT_LENGTH + 1];
	struct slice key = {NULL, 0};

	http_field_find(request, "Sec-WebSocket-Key", &key);
	return handshake_accept(key, accept) &&
	       buffer_append_string(output,
		       "HTTP/1.1 101 Switching Protocols\r\n"
		       "Upgrade: websocket\r\n"
		       "Connection: Upgrade\r\n") &&
	       write_field(output, "Sec-WebSocket-Accept", slice_of(accept)) &&
	       write_optional_field(
		       output, "Sec-WebSocket-Protocol", subprotocol) &&
	       write_optional_field(
		       output, "Sec-WebSocket-Extensions", extensions) &&
	       buffer_append_string(output, "\r\n");
}

bool
handshake_generate_key(struct handshake_offer *offer)
{
	unsigned char nonce[NONCE_SIZE];

	if (RAND_bytes(nonce, sizeof(nonce)) != 1)
		return false;
	EVP_EncodeBlock((unsigned char *)offer->key, nonce, (int)sizeof(nonce));
	return true;
}

static bool
write_subprotocols(struct buffer *output, const struct handshake_offer *offer)
{
	if (offer->subprotocol_count == 0)
		return true;
	if (!buffer_append_string(output, "Sec-WebSocket-Protocol: "))
		return false;
	for (size_t i = 0; i < offer->subprotocol_count; i++)
		if (!buffer_append_string(output, i > 0 ? ", " : "") ||
			!buffer_append(output, offer->subprotocols[i]))
			return false;
	return buffer_append_string(output, "\r\n");
}

bool
handshake_write_request(
	struct buffer *output, const struct handshake_offer *offer)
{
	return buffer_append_string(output, "GET ") &&
	       buffer_append(output, offer->target) &&
	       buffer_append_string(output, " HTTP/1.1\r\n") &&
	       write_field(output, "Host", offer->host) &&
	       buffer_append_string(output, "Upgrade: websocket\r\n"
					    "Connection: Upgrade\r\n") &&
	       write_field(output, "Sec-WebSocket-Key", slice_of(offer->key)) &&
	       write_field(output, "Sec-WebSocket-Version",
		       slice_of(HANDSHAKE_VERSION)) &&
	       write_optional_field(output, "Origin", offer->origin) &&
	       write_subprotocols(output, offer) &&
	       write_optional_field(
		       output, "Sec-WebSocket-Extensions", offer->extensions) &&
	       buffer_append(output, offer->more_fields) &&
	       buffer_append_string(output, "\r\n");
}

static const char *
find_fault_in_upgrade(
	const struct http_head *response, const struct handshake_offer *offer)
{
	char accept[HANDSHAKE_ACCEPT_LENGTH + 1];
	struct slice value = {NULL, 0};

	if (http_field_find(response, "Upgrade", &value) != 1 ||
		!slice_equals_ignoring_case(value, slice_of("websocket")))
		return "Upgrade is not websocket";
	if (!http_list_has(response, "Connection", "Upgrade"))
		return "Connection is not Upgrade";
	if (!handshake_accept(slice_of(offer->key), accept))
		return "out of memory";
	if (http_field_find(response, "Sec-WebSocket-Accept", &value) != 1 ||
		!slice_equals(value, slice_of(accept)))
		return "Sec-WebSocket-Accept does not match the key";
	return NULL;
}

static const char *
find_fault_in_subprotocol(const struct http_head *response,
	const struct handshake_offer *offer, struct slice *subprotocol)
{
	size_t count = http_field_find(
		response, "Sec-WebSocket-Protocol", subprotocol);

	if (count > 1)
		return "more than one Sec-WebSocket-Protocol";
	if (count == 1 && !slice_is_among(*subprotocol, offer->subprotocols,
				  offer->subprotocol_count))
		return "Sec-WebSocket-Protocol was not offered";
	return NULL;
}

struct verdict
handshake_check_response(const struct http_head *response,
	const struct handshake_offer *offer, struct slice *subprotocol)
{
	const char *fault;

	*subprotocol = (struct slice){NULL, 0};
	if (response->status != HTTP_SWITCHING_PROTOCOLS)
		return (struct verdict){
			response->status, "the upgrade was refused"};
	fault = response->minor_version == 0
			? "101 in HTTP/1.0"
			: find_fault_in_upgrade(response, offer);
	if (fault == NULL)
		fault = find_fault_in_subprotocol(response, offer, subprotocol);
	if (fault != NULL)
		return (struct verdict){response->status, fault};
	return VERDICT_FINE;
}
