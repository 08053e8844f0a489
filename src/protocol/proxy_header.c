/* SPDX-License-Identifier: MIT */
#include "protocol/proxy_header.h"

#include <string.h>

#define TEXT_PREFIX "PROXY "
#define TEXT_UNKNOWN "UNKNOWN"
#define TEXT_MIN (sizeof("PROXY UNKNOWN\r\n") - 1)
#define TEXT_MAX 107
#define LINE_END "\r\n"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define SIGNATURE_LENGTH 12
#define FIXED_LENGTH 16 /* signature, command, family, length */
#define COMMAND_LOCAL 0x20
#define COMMAND_PROXY 0x21

/* Families of version 2, with the length of both addresses and ports. */
static const struct family {
	unsigned char code;
	size_t host_length; /* 0: no address of a client is taken from it */
	size_t length;
} families[] = {
	{0x00, 0, 0},		   /* not told */
	{0x11, ENDPOINT_IPV4, 12}, /* TCP over IPv4 */
	{0x21, ENDPOINT_IPV6, 36}, /* TCP over IPv6 */
	{0x31, 0, 216},		   /* a Unix socket */
};

static unsigned
read_16(const char *data)
{
	return (unsigned)(unsigned char)data[0] << 8 | (unsigned char)data[1];
}

static const struct family *
find_family(unsigned char code)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (families[i].code == code)
			return &families[i];
	return NULL;
}

/* Whether bytes begin as expected, as far as there are any. */
static bool
agrees(struct slice bytes, const char *expected, size_t length)
{
	return memcmp(bytes.data, expected,
		       bytes.length < length ? bytes.length : length) == 0;
}

static void
take_client(struct proxy_header *header, const struct family *family,
	const char *addresses)
{
	if (family->host_length == 0)
		return;
	memcpy(header->client.host, addresses, family->host_length);
	header->client.host_length = family->host_length;
	header->client.port = read_16(addresses + 2 * family->host_length);
}

static bool
parse_binary(struct slice bytes, struct proxy_header *header)
{
	const struct family *family;
	unsigned char command;
	size_t length;

	if (bytes.length < FIXED_LENGTH) {
		header->missing = FIXED_LENGTH - bytes.length;
		return true;
	}
	command = (unsigned char)bytes.data[SIGNATURE_LENGTH];
	length = read_16(bytes.data + SIGNATURE_LENGTH + 2);
	header->length = FIXED_LENGTH + length;
	if (command == COMMAND_LOCAL)
		return true;
	family = find_family((unsigned char)bytes.data[SIGNATURE_LENGTH + 1]);
	if (command != COMMAND_PROXY || family == NULL ||
		family->length > length)
		return false;
	if (bytes.length < FIXED_LENGTH + family->length)
		header->missing = FIXED_LENGTH + family->length - bytes.length;
	else
		take_client(header, family, bytes.data + FIXED_LENGTH);
	return true;
}

/* Reads "192.0.2.1 192.0.2.2 56376 443" of one family. */
static bool
parse_addresses(struct slice text, size_t host_length, struct endpoint *client)
{
	struct slice source, destination, source_port;
	struct endpoint server;

	return slice_split(&text, ' ', &source) &&
	       slice_split(&text, ' ', &destination) &&
	       slice_split(&text, ' ', &source_port) &&
	       endpoint_parse_host(client, source, host_length) &&
	       endpoint_parse_host(&server, destination, host_length) &&
	       endpoint_parse_port(client, source_port) &&
	       endpoint_parse_port(&server, text);
}

/* Reads what stands between the prefix and the end of the line. */
static bool
parse_line(struct slice text, struct endpoint *client)
{
	struct slice family;

	slice_split(&text, ' ', &family);
	if (slice_equals(family, slice_of(TEXT_UNKNOWN)))
		return true;
	if (slice_equals(family, slice_of("TCP4")))
		return parse_addresses(text, ENDPOINT_IPV4, client);
	return slice_equals(family, slice_of("TCP6")) &&
	       parse_addresses(text, ENDPOINT_IPV6, client);
}

static bool
parse_text(struct slice bytes, struct proxy_header *header)
{
	size_t prefix = strlen(TEXT_PREFIX);
	const char *end = memchr(bytes.data, LINE_END[1], bytes.length);

	if (end != NULL) {
		header->length = (size_t)(end - bytes.data) + 1;
		return header->length >= TEXT_MIN &&
		       header->length <= TEXT_MAX && end[-1] == LINE_END[0] &&
		       parse_line((struct slice){bytes.data + prefix,
					  header->length - prefix -
						  strlen(LINE_END)},
			       &header->client);
	}
	if (bytes.length >= TEXT_MAX)
		return false;
	if (bytes.length < TEXT_MIN)
		header->missing = TEXT_MIN - bytes.length;
	else
		header->missing =
			bytes.data[bytes.length - 1] == LINE_END[0] ? 1 : 2;
	return true;
}

bool
proxy_header_parse(struct slice bytes, struct proxy_header *header)
{
	*header = (struct proxy_header){.missing = 0};
	if (bytes.length == 0) {
		header->missing = 1;
		return true;
	}
	if (agrees(bytes, SIGNATURE, SIGNATURE_LENGTH))
		return parse_binary(bytes, header);
	return agrees(bytes, TEXT_PREFIX, strlen(TEXT_PREFIX)) &&
	       parse_text(bytes, header);
}
