/* SPDX-License-Identifier: MIT */
#include "client/proxy.h"

#include "client/encoding.h"
#include "client/failure.h"
#include "transport/address.h"
#include "transport/clock.h"
#include "transport/lookup.h"
#include "websocket/opening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEME "http://"
#define SCHEME_END "://"
#define HOST_MAX 255

static bool
is_loopback(struct slice host)
{
	char text[HOST_MAX + 1];
	struct address address;

	if (host.length > HOST_MAX)
		return false;
	memcpy(text, host.data, host.length);
	text[host.length] = '\0';
	return lookup_is_localhost(text) ||
	       (address_parse(&address, text, 0) &&
		       address_is_loopback(&address));
}

/* The variable in small letters, or else in capitals; empty is unset. */
static const char *
environment(const char *small, const char *capital)
{
	const char *value = getenv(small);

	if ((value == NULL || *value == '\0') && capital != NULL)
		value = getenv(capital);
	return value != NULL && *value != '\0' ? value : NULL;
}

/* Whether the host is, or is in, the domain. */
static bool
is_in_domain(struct slice host, struct slice domain)
{
	struct slice tail = host;

	if (domain.length > 0 && domain.data[0] == '.') {
		domain.data++;
		domain.length--;
	}
	if (domain.length == 0 || host.length < domain.length)
		return false;
	tail.data += host.length - domain.length;
	tail.length = domain.length;
	return slice_equals_ignoring_case(tail, domain) &&
	       (host.length == domain.length || tail.data[-1] == '.');
}

static bool
is_exempt(struct slice host)
{
	struct slice rest = slice_of(environment("no_proxy", "NO_PROXY"));
	struct slice element;
	bool goes_on = true;

	while (goes_on) {
		goes_on = slice_split(&rest, ',', &element);
		element = slice_trim(element);
		if (slice_equals(element, slice_of("*")) ||
			is_in_domain(host, element))
			return true;
	}
	return false;
}

/* HTTP_PROXY is not looked at: a CGI program's client could set it. */
static const char *
choose_url(const struct client_options *options)
{
	const struct uri *uri = &options->uri;
	const char *url;

	if (options->proxy != NULL)
		return *options->proxy != '\0' ? options->proxy : NULL;
	if (uri->unix_path.length > 0 || is_loopback(uri->host) ||
		is_exempt(uri->host))
		return NULL;
	url = uri->secure ? environment("https_proxy", "HTTPS_PROXY")
			  : environment("http_proxy", NULL);
	return url != NULL ? url : environment("all_proxy", "ALL_PROXY");
}

static int
digit_of(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *found = memchr(digits, c, sizeof(digits) - 1);

	return found != NULL ? (int)((found - digits) % 16) : -1;
}

/* Takes what stands for one byte off a text that is not empty: itself, %XX. */
static char
take_byte(struct slice *text)
{
	char byte = text->data[0];
	size_t length = 1;

	if (byte == '%' && text->length >= 3) {
		int high = digit_of(text->data[1]);
		int low = digit_of(text->data[2]);

		if (high >= 0 && low >= 0) {
			byte = (char)(high * 16 + low);
			length = 3;
		}
	}
	text->data += length;
	text->length -= length;
	return byte;
}

static bool
write_decoded(struct buffer *output, struct slice text)
{
	while (text.length > 0) {
		char byte = take_byte(&text);

		if (!buffer_append(output, (struct slice){&byte, 1}))
			return false;
	}
	return true;
}

/* RFC 7617; the user and the password of the proxy's URL. */
static bool
write_authorization(struct proxy *proxy, struct slice user)
{
	struct buffer decoded = {0};
	bool is_written = write_decoded(&decoded, user) &&
			  buffer_append_string(&proxy->authorization,
				  "Proxy-Authorization: Basic ") &&
			  encoding_write_base64(&proxy->authorization,
				  buffer_bytes(&decoded)) &&
			  buffer_append_string(&proxy->authorization, "\r\n");

	buffer_release(&decoded);
	return is_written;
}

/* Where the authority of a URL begins: behind its scheme. */
static const char *
authority_of(const char *url)
{
	const char *end = strstr(url, SCHEME_END);

	return end != NULL ? end + strlen(SCHEME_END) : url;
}

static bool
complain(const char *what, const char *which)
{
	option_complain(&client_program, what, which);
	return false;
}

bool
proxy_choose(struct proxy *proxy, const struct client_options *options)
{
	const char *url = choose_url(options);
	const char *authority, *at, *why;
	struct slice user = {NULL, 0};

	*proxy = (struct proxy){.is_used = url != NULL};
	if (url == NULL)
		return true;
	authority = authority_of(url);
	at = strrchr(authority, '@');
	if (at != NULL && options->proxy != NULL)
		return complain("user and password do not belong among the "
				"arguments, but into http_proxy:",
			at + 1);
	if (authority != url &&
		strncmp(url, SCHEME, (size_t)(authority - url)) != 0)
		return complain("only http:// proxies can be used, not",
			at != NULL ? at + 1 : url);
	if (at != NULL) {
		user = (struct slice){authority, (size_t)(at - authority)};
		authority = at + 1;
	}
	if (!buffer_append_string(&proxy->url, SCHEME) ||
		!buffer_append_string(&proxy->url, authority) ||
		(at != NULL && !write_authorization(proxy, user)))
		return complain("out of memory for the proxy", authority);
	why = uri_parse(&proxy->uri, buffer_bytes(&proxy->url));
	return why == NULL || complain(why, authority);
}

void
proxy_release(struct proxy *proxy)
{
	buffer_release(&proxy->url);
	buffer_release(&proxy->authorization);
}

static bool
write_request(
	struct buffer *output, const struct proxy *proxy, const struct uri *uri)
{
	bool is_ipv6 = memchr(uri->host.data, ':', uri->host.length) != NULL;
	char text[HOST_MAX + 16];

	if (uri->host.length > HOST_MAX)
		return false;
	snprintf(text, sizeof(text), "%s%.*s%s:%u", is_ipv6 ? "[" : "",
		(int)uri->host.length, uri->host.data, is_ipv6 ? "]" : "",
		uri->port);
	return buffer_append_string(output, "CONNECT ") &&
	       buffer_append_string(output, text) &&
	       buffer_append_string(output, " HTTP/1.1\r\nHost: ") &&
	       buffer_append_string(output, text) &&
	       buffer_append_string(output, "\r\n") &&
	       buffer_append(output, buffer_bytes(&proxy->authorization)) &&
	       buffer_append_string(output, "\r\n");
}

static enum client_status
judge(const struct client_options *options, const struct http_head *response,
	size_t received)
{
	if (response->status < 200 || response->status > 299) {
		failure_tell(options, "the proxy refused: %u %.*s",
			response->status, (int)response->reason.length,
			response->reason.data);
		return CLIENT_UNREACHABLE;
	}
	if (received > response->bytes.length) {
		failure_tell(options, "the proxy sent more than asked");
		return CLIENT_UNREACHABLE;
	}
	return CLIENT_DONE;
}

static enum client_status
fail(const struct client_options *options, struct verdict verdict,
	int64_t deadline)
{
	if (deadline_left(deadline) == 0) {
		failure_tell(options, "the proxy took too long");
		return CLIENT_TIMEOUT;
	}
	failure_tell(options, "no answer from the proxy: %s",
		verdict_is_fine(verdict) ? "connection lost" : verdict.why);
	return CLIENT_UNREACHABLE;
}

enum client_status
proxy_connect(const struct proxy *proxy, struct transport *transport,
	const struct client_options *options, int64_t deadline)
{
	struct buffer input = {0};
	struct http_head response;
	struct verdict verdict = VERDICT_FINE;
	struct stream stream;
	enum client_status status;

	stream_init(&stream, transport, NULL, 0);
	if (write_request(&stream.output, proxy, &options->uri) &&
		stream_flush(&stream) &&
		opening_receive_response(
			&stream, &input, deadline, &response, &verdict))
		status = judge(options, &response, buffer_length(&input));
	else
		status = fail(options, verdict, deadline);
	stream_release(&stream);
	buffer_release(&input);
	return status;
}
