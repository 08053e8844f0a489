/* SPDX-License-Identifier: MIT */
#include "protocol/uri.h"

#include <arpa/inet.h>
#include <string.h>

#define PORT_MAX 65535
#define UNIX_SCHEME "ws+unix:"

#define DIGITS "0123456789"
#define HEXADECIMAL DIGITS "abcdefABCDEF"
#define UNRESERVED_AND_SUB_DELIMS                                              \
	DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"          \
	       "-._~!$&'()*+,;="

/* RFC 3986 sections 3.2.2 to 3.4, beside percent-encoding. */
#define NAME_CHARACTERS UNRESERVED_AND_SUB_DELIMS
#define PATH_CHARACTERS UNRESERVED_AND_SUB_DELIMS ":@/"
#define QUERY_CHARACTERS PATH_CHARACTERS "?"

static bool
is_one_of(char c, const char *characters)
{
	return memchr(characters, c, strlen(characters)) != NULL;
}

static const char *
find_fault_in_bytes(struct slice text)
{
	for (size_t i = 0; i < text.length; i++) {
		unsigned char byte = (unsigned char)text.data[i];

		if (byte <= ' ' || byte == 0x7F)
			return "a space or control character in the URL";
		if (byte > 0x7F)
			return "not ASCII: percent-encode it, write a host "
			       "as xn--";
		if (byte == '#')
			return "no fragment (#) in a WebSocket URL, %23 for "
			       "the character";
	}
	return NULL;
}

static const char *
find_fault_in_part(struct slice text, const char *characters)
{
	for (size_t i = 0; i < text.length; i++) {
		char c = text.data[i];

		if (c != '%' && !is_one_of(c, characters))
			return "a character in the URL has to be "
			       "percent-encoded";
		if (c == '%' &&
			(text.length - i < 3 ||
				!is_one_of(text.data[i + 1], HEXADECIMAL) ||
				!is_one_of(text.data[i + 2], HEXADECIMAL)))
			return "a % in the URL without two hexadecimal digits";
	}
	return NULL;
}

static const char *
parse_port(struct uri *uri, struct slice text)
{
	unsigned port = 0;

	for (size_t i = 0; i < text.length; i++) {
		if (!is_one_of(text.data[i], DIGITS))
			return "the port in the URL is not a number";
		port = port * 10 + (unsigned)(text.data[i] - '0');
		if (port > PORT_MAX)
			break;
	}
	if (port < 1 || port > PORT_MAX)
		return "the port in the URL is not from 1 to 65535";
	uri->port = port;
	return NULL;
}

static bool
is_ipv6(struct slice text)
{
	char copy[INET6_ADDRSTRLEN] = "";
	struct in6_addr address;

	if (text.length >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.length);
	return inet_pton(AF_INET6, copy, &address) == 1;
}

/* Both take a host off the authority; a colon and a port may be left. */
static const char *
parse_bracketed_host(struct uri *uri, struct slice *authority)
{
	size_t length = slice_length_until(*authority, "]");

	if (length == authority->length)
		return "no ] behind the address in the URL";
	uri->host = (struct slice){authority->data + 1, length - 1};
	*authority = slice_from(*authority, length + 1);
	if (authority->length > 0 && authority->data[0] != ':')
		return "only a port may follow the ] in the URL";
	if (!is_ipv6(uri->host))
		return "no IPv6 address between [ and ] in the URL";
	return NULL;
}

static const char *
parse_name(struct uri *uri, struct slice *authority)
{
	size_t length = slice_length_until(*authority, ":");

	uri->host = (struct slice){authority->data, length};
	*authority = slice_from(*authority, length);
	if (authority->length > 0 &&
		memchr(authority->data + 1, ':', authority->length - 1) != NULL)
		return "an IPv6 address in the URL has to stand in []";
	if (length == 0)
		return "no host in the URL";
	return find_fault_in_part(uri->host, NAME_CHARACTERS);
}

static const char *
parse_authority(struct uri *uri, struct slice authority)
{
	unsigned default_port = uri->secure ? 443 : 80;
	struct slice rest = authority;
	const char *fault;

	if (slice_length_until(authority, "@") < authority.length)
		return "user and password do not belong in the URL: see "
		       "--auth-file";
	fault = slice_starts_ignoring_case(authority, "[")
			? parse_bracketed_host(uri, &rest)
			: parse_name(uri, &rest);
	if (fault != NULL)
		return fault;
	uri->host_field = authority;
	uri->port = default_port;
	if (rest.length > 1)
		fault = parse_port(uri, slice_from(rest, 1));
	if (uri->port == default_port)
		uri->host_field.length -= rest.length;
	return fault;
}

static const char *
parse_path_and_query(struct uri *uri, struct slice text)
{
	const char *fault = NULL;

	uri->path = (struct slice){text.data, slice_length_until(text, "?")};
	uri->query = slice_from(text, uri->path.length);
	fault = find_fault_in_part(uri->path, PATH_CHARACTERS);
	if (fault == NULL)
		fault = find_fault_in_part(uri->query, QUERY_CHARACTERS);
	if (uri->path.length == 0)
		uri->path = slice_of("/");
	return fault;
}

/* As node's ws has it: the socket's path ends at a colon. */
static const char *
parse_unix(struct uri *uri, struct slice text)
{
	const char *fault = NULL;
	size_t length;

	if (slice_starts_ignoring_case(text, "///"))
		text = slice_from(text, 2);
	if (!slice_starts_ignoring_case(text, "/") ||
		slice_starts_ignoring_case(text, "//"))
		return "the path of a Unix socket has to begin with /";
	length = slice_length_until(text, ":?");
	uri->unix_path = (struct slice){text.data, length};
	uri->host_field = slice_of("localhost");
	fault = find_fault_in_part(uri->unix_path, PATH_CHARACTERS);
	if (fault != NULL)
		return fault;
	if (length < text.length && text.data[length] == ':')
		length++;
	text = slice_from(text, length);
	if (text.length > 0 && text.data[0] != '/' && text.data[0] != '?')
		return "the path behind a Unix socket has to begin with /";
	return parse_path_and_query(uri, text);
}

/* Takes the scheme off; text that has none means ws://. */
static const char *
parse_scheme(struct uri *uri, struct slice *text)
{
	static const struct {
		const char *name;
		bool secure;
	} schemes[] = {
		{"ws:/", false},
		{"wss:/", true},
		{"http:/", false},
		{"https:/", true},
	};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (!slice_starts_ignoring_case(*text, schemes[i].name))
			continue;
		*text = slice_from(*text, strlen(schemes[i].name));
		if (!slice_starts_ignoring_case(*text, "/"))
			return "the scheme of the URL has to end with ://";
		*text = slice_from(*text, 1);
		uri->secure = schemes[i].secure;
		return NULL;
	}
	if (slice_starts_ignoring_case(
		    slice_from(*text, slice_length_until(*text, ":/?")), "://"))
		return "the URL has to begin with ws://, wss://, http://, "
		       "https:// or ws+unix:";
	return NULL;
}

const char *
uri_parse(struct uri *uri, struct slice text)
{
	const char *fault = find_fault_in_bytes(text);
	struct slice authority;

	*uri = (struct uri){0};
	if (fault != NULL)
		return fault;
	if (slice_starts_ignoring_case(text, UNIX_SCHEME))
		return parse_unix(uri, slice_from(text, strlen(UNIX_SCHEME)));
	fault = parse_scheme(uri, &text);
	if (fault != NULL)
		return fault;
	authority = (struct slice){text.data, slice_length_until(text, "/?")};
	fault = parse_authority(uri, authority);
	if (fault != NULL)
		return fault;
	return parse_path_and_query(uri, slice_from(text, authority.length));
}

bool
uri_write_target(struct buffer *output, const struct uri *uri)
{
	return buffer_append(output, uri->path) &&
	       buffer_append(output, uri->query);
}
