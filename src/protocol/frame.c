/* SPDX-License-Identifier: MIT */
#include "protocol/frame.h"

#include "protocol/close_code.h"

#include <string.h>

#define BIT_FIN 0x80
#define BIT_RSV1 0x40
#define BITS_RSV2_RSV3 0x30
#define BITS_OPCODE 0x0F
#define BIT_CONTROL 0x08
#define BIT_MASK 0x80
#define BITS_LENGTH 0x7F
#define LENGTH_IN_16_BITS 126
#define LENGTH_IN_64_BITS 127

static struct verdict
protocol_error(const char *why)
{
	return (struct verdict){CLOSE_PROTOCOL_ERROR, why};
}

bool
opcode_is_control(enum opcode opcode)
{
	return (opcode & BIT_CONTROL) != 0;
}

static bool
opcode_is_reserved(unsigned opcode)
{
	return (opcode & ~(unsigned)BIT_CONTROL) > OPCODE_BINARY;
}

static struct verdict
check_first_byte(unsigned byte, bool rsv1_allowed)
{
	if ((byte & BITS_RSV2_RSV3) != 0)
		return protocol_error("RSV2 or RSV3 is set");
	if (opcode_is_reserved(byte & BITS_OPCODE))
		return protocol_error("reserved opcode");
	if ((byte & BIT_CONTROL) != 0 && (byte & BIT_FIN) == 0)
		return protocol_error("fragmented control frame");
	if ((byte & BIT_RSV1) == 0)
		return VERDICT_FINE;
	if (!rsv1_allowed)
		return protocol_error("RSV1 is set without an extension");
	if ((byte & BITS_OPCODE) != OPCODE_TEXT &&
		(byte & BITS_OPCODE) != OPCODE_BINARY)
		return protocol_error("RSV1 is set on a later frame");
	return VERDICT_FINE;
}

static struct verdict
check_second_byte(unsigned first, unsigned byte, enum role role)
{
	bool masked = (byte & BIT_MASK) != 0;

	if (role == ROLE_SERVER && !masked)
		return protocol_error("unmasked frame from a client");
	if (role == ROLE_CLIENT && masked)
		return protocol_error("masked frame from a server");
	if ((first & BIT_CONTROL) != 0 &&
		(byte & BITS_LENGTH) > FRAME_CONTROL_PAYLOAD_MAX)
		return protocol_error("control frame over 125 bytes");
	return VERDICT_FINE;
}

static size_t
extended_length_size(unsigned length)
{
	if (length == LENGTH_IN_16_BITS)
		return 2;
	return length == LENGTH_IN_64_BITS ? 8 : 0;
}

static uint64_t
big_endian(const unsigned char *bytes, size_t count)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value = value << 8 | bytes[i];
	return value;
}

static struct verdict
check_extended_length(size_t size, uint64_t length)
{
	if (size == 8 && length >> 63 != 0)
		return protocol_error("top bit of the length is set");
	if ((size == 2 && length < LENGTH_IN_16_BITS) ||
		(size == 8 && length <= UINT16_MAX))
		return protocol_error("payload length is not minimal");
	return VERDICT_FINE;
}

struct verdict
frame_header_decode(const char *data, size_t length, enum role role,
	bool rsv1_allowed, struct frame_header *header, size_t *size)
{
	const unsigned char *bytes = (const unsigned char *)data;
	struct verdict verdict = VERDICT_FINE;
	size_t extended, used = 2;

	*size = 0;
	if (length >= 1)
		verdict = check_first_byte(bytes[0], rsv1_allowed);
	if (!verdict_is_fine(verdict) || length < 2)
		return verdict;
	verdict = check_second_byte(bytes[0], bytes[1], role);
	if (!verdict_is_fine(verdict))
		return verdict;
	header->fin = (bytes[0] & BIT_FIN) != 0;
	header->rsv1 = (bytes[0] & BIT_RSV1) != 0;
	header->opcode = (enum opcode)(bytes[0] & BITS_OPCODE);
	header->masked = (bytes[1] & BIT_MASK) != 0;
	header->payload_length = bytes[1] & BITS_LENGTH;
	extended = extended_length_size(bytes[1] & BITS_LENGTH);
	if (extended > 0) {
		if (length < used + extended)
			return VERDICT_FINE;
		header->payload_length = big_endian(bytes + used, extended);
		used += extended;
		verdict =
			check_extended_length(extended, header->payload_length);
		if (!verdict_is_fine(verdict))
			return verdict;
	}
	if (header->masked) {
		if (length < used + FRAME_MASKING_KEY_SIZE)
			return VERDICT_FINE;
		memcpy(header->masking_key, bytes + used,
			FRAME_MASKING_KEY_SIZE);
		used += FRAME_MASKING_KEY_SIZE;
	}
	*size = used;
	return VERDICT_FINE;
}

static void
put_big_endian(char *data, uint64_t value, size_t count)
{
	while (count-- > 0) {
		data[count] = (char)(value & 0xFF);
		value >>= 8;
	}
}

size_t
frame_header_encode(
	const struct frame_header *header, char data[FRAME_HEADER_MAX])
{
	size_t used = 2, extended = 0;
	unsigned length = (unsigned)header->payload_length;

	if (header->payload_length > UINT16_MAX)
		length = LENGTH_IN_64_BITS;
	else if (header->payload_length >= LENGTH_IN_16_BITS)
		length = LENGTH_IN_16_BITS;
	extended = extended_length_size(length);
	data[0] = (char)((header->fin ? BIT_FIN : 0) |
			 (header->rsv1 ? BIT_RSV1 : 0) | (int)header->opcode);
	data[1] = (char)((header->masked ? BIT_MASK : 0) | (int)length);
	put_big_endian(data + used, header->payload_length, extended);
	used += extended;
	if (header->masked) {
		memcpy(data + used, header->masking_key,
			FRAME_MASKING_KEY_SIZE);
		used += FRAME_MASKING_KEY_SIZE;
	}
	return used;
}
