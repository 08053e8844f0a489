/* SPDX-License-Identifier: MIT */
#include "client/encoding.h"

#include <openssl/evp.h>
#include <string.h>

#define QUANTUM ((size_t)3) /* bytes: four digits of base64 stand for */
#define DIGITS ((size_t)4)

/* What is converted at one go: libcrypto counts with int. */
#define PIECE_QUANTA 4096

bool
encoding_write_hex(struct buffer *output, struct slice bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *room;

	if (bytes.length == 0)
		return true;
	if (!buffer_reserve(output, 2 * bytes.length))
		return false;
	room = buffer_room(output);
	for (size_t i = 0; i < bytes.length; i++) {
		unsigned char byte = (unsigned char)bytes.data[i];

		room[2 * i] = digits[byte >> 4];
		room[2 * i + 1] = digits[byte & 0xF];
	}
	buffer_add(output, 2 * bytes.length);
	return true;
}

bool
encoding_write_base64(struct buffer *output, struct slice bytes)
{
	while (bytes.length > 0) {
		size_t length = bytes.length < PIECE_QUANTA * QUANTUM
					? bytes.length
					: PIECE_QUANTA * QUANTUM;

		/* It writes a NUL behind the digits. */
		if (!buffer_reserve(output, PIECE_QUANTA * DIGITS + 1))
			return false;
		buffer_add(output, (size_t)EVP_EncodeBlock(
					   (unsigned char *)buffer_room(output),
					   (const unsigned char *)bytes.data,
					   (int)length));
		bytes.data += length;
		bytes.length -= length;
	}
	return true;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int
value_of(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

const char *
encoding_read_hex(struct buffer *output, struct slice text)
{
	if (!buffer_reserve(output, text.length / 2))
		return "too long: out of memory";
	for (size_t i = 0; i < text.length; i++) {
		int high = value_of(text.data[i]);
		int low = i + 1 < text.length ? value_of(text.data[i + 1]) : -1;
		char byte;

		if (is_space(text.data[i]))
			continue;
		if (high < 0 || low < 0)
			return "not hexadecimal";
		byte = (char)(high << 4 | low);
		buffer_append(output, (struct slice){&byte, 1});
		i++;
	}
	return NULL;
}

static struct slice
trim(struct slice text)
{
	while (text.length > 0 && is_space(text.data[0])) {
		text.data++;
		text.length--;
	}
	while (text.length > 0 && is_space(text.data[text.length - 1]))
		text.length--;
	return text;
}

/* How many = stand at the end of a text, -1 if it is no base64. */
static int
padding_of(struct slice text)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	int padding = 0;

	if (text.length % DIGITS != 0)
		return -1;
	while (padding < 2 && text.length > 0 &&
		text.data[text.length - 1] == '=') {
		text.length--;
		padding++;
	}
	for (size_t i = 0; i < text.length; i++)
		if (memchr(alphabet, text.data[i], sizeof(alphabet) - 1) ==
			NULL)
			return -1;
	return padding;
}

const char *
encoding_read_base64(struct buffer *output, struct slice text)
{
	int padding;

	text = trim(text);
	padding = padding_of(text);
	if (padding < 0)
		return "not base64";
	while (text.length > 0) {
		size_t length = text.length < PIECE_QUANTA * DIGITS
					? text.length
					: PIECE_QUANTA * DIGITS;

		if (!buffer_reserve(output, PIECE_QUANTA * QUANTUM))
			return "too long: out of memory";
		EVP_DecodeBlock((unsigned char *)buffer_room(output),
			(const unsigned char *)text.data, (int)length);
		text.data += length;
		text.length -= length;
		length = length / DIGITS * QUANTUM;
		if (text.length == 0)
			length -= (size_t)padding;
		buffer_add(output, length);
	}
	return NULL;
}
