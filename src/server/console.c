/* SPDX-License-Identifier: MIT */
#include "server/console.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define FAULTS_OFF "data-faults=\"off\""
#define FAULTS_ON "data-faults=\"on\""

#define HASH_SIZE 32 /* of SHA-256 */
#define HASH_TEXT_SIZE 64

#define HOST_MAX 128
#define SOURCES_SIZE (2 * HOST_MAX + 32)

static struct slice
whole_page(void)
{
	return (struct slice){(const char *)console_page, console_page_length};
}

/* Splits the page at the first such text, which is in it. */
static void
split(struct slice *rest, const char *text, struct slice *before)
{
	const char *found =
		memmem(rest->data, rest->length, text, strlen(text));
	size_t length = (size_t)(found - rest->data);

	*before = (struct slice){rest->data, length};
	rest->data += length + strlen(text);
	rest->length -= length + strlen(text);
}

bool
console_write(struct buffer *body, bool has_faults)
{
	struct slice rest = whole_page(), before;

	split(&rest, FAULTS_OFF, &before);
	return buffer_append(body, before) &&
	       buffer_append_string(
		       body, has_faults ? FAULTS_ON : FAULTS_OFF) &&
	       buffer_append(body, rest);
}

/* Of what stands between two tags, as a source in a policy. */
static bool
hash_content(const char *start, const char *end, char text[HASH_TEXT_SIZE])
{
	struct slice rest = whole_page(), content;
	unsigned char hash[HASH_SIZE];
	size_t length;

	split(&rest, start, &content);
	split(&rest, end, &content);
	if (EVP_Q_digest(NULL, "SHA256", NULL, content.data, content.length,
		    hash, &length) != 1)
		return false;
	EVP_EncodeBlock((unsigned char *)text, hash, HASH_SIZE);
	return true;
}

/*
 * Not every browser takes 'self' for WebSockets too. What a host may consist
 * of could say more than that in a policy, so only plain names do.
 */
static void
write_sources(const struct http_head *request, char sources[SOURCES_SIZE])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-.:[]";
	struct slice host = http_head_host(request);

	*sources = '\0';
	if (host.length == 0 || host.length > HOST_MAX)
		return;
	for (size_t i = 0; i < host.length; i++)
		if (memchr(plain, host.data[i], strlen(plain)) == NULL)
			return;
	snprintf(sources, SOURCES_SIZE, " ws://%.*s wss://%.*s",
		(int)host.length, host.data, (int)host.length, host.data);
}

bool
console_write_fields(
	const struct http_head *request, char fields[RESPONSE_FIELDS_MAX + 1])
{
	char style[HASH_TEXT_SIZE], script[HASH_TEXT_SIZE];
	char sources[SOURCES_SIZE];

	if (!hash_content("<style>", "</style>", style) ||
		!hash_content("<script>", "</script>", script))
		return false;
	write_sources(request, sources);
	snprintf(fields, RESPONSE_FIELDS_MAX + 1,
		"Content-Security-Policy: default-src 'none'; "
		"style-src 'sha256-%s'; script-src 'sha256-%s'; "
		"connect-src 'self'%s; img-src data:; base-uri 'none'; "
		"form-action 'none'; frame-ancestors 'none'\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"Referrer-Policy: no-referrer\r\n"
		"Cache-Control: no-cache\r\n",
		style, script, sources);
	return true;
}
