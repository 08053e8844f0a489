/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "protocol/close_code.h"
#include "protocol/frame.h"
#include "suite.h"

#include <string.h>

#define FIN 0x80
#define RSV1 0x40
#define MASK 0x80

static const enum role roles[] = {ROLE_SERVER, ROLE_CLIENT};

/* Bytes on the wire, as many as were put. */
struct wire {
	unsigned char bytes[FRAME_HEADER_MAX];
	size_t length;
};

/* What a decoding came to. */
struct outcome {
	struct frame_header header;
	struct verdict verdict;
	size_t size;
};

static void
wire_put(struct wire *wire, uint64_t value, size_t count)
{
	for (size_t i = count; i-- > 0;)
		wire->bytes[wire->length++] = (unsigned char)(value >> 8 * i);
}

/*
 * A header as the role receives it: the first byte, the seven bits of the
 * length, its extension of so many bytes, and the masking key.
 */
static struct wire
wire_of(enum role role, unsigned first, unsigned seven_bits, uint64_t extended,
	size_t extended_size)
{
	struct wire wire = {{0}, 0};

	wire_put(&wire, first, 1);
	wire_put(&wire, seven_bits | (role == ROLE_SERVER ? MASK : 0), 1);
	wire_put(&wire, extended, extended_size);
	if (role == ROLE_SERVER)
		wire_put(&wire, 0x37FA213D, 4);
	return wire;
}

static struct outcome
decode(const void *bytes, size_t length, enum role role, bool rsv1_allowed)
{
	struct outcome outcome = {.size = SIZE_MAX};
	char *copy = guard_copy(bytes, length);

	outcome.verdict = frame_header_decode(copy, length, role, rsv1_allowed,
		&outcome.header, &outcome.size);
	guard_free(copy, length);
	return outcome;
}

static struct outcome
decode_wire(const struct wire *wire, enum role role)
{
	return decode(wire->bytes, wire->length, role, false);
}

static void
assert_protocol_error(struct outcome outcome)
{
	ck_assert_uint_eq(outcome.verdict.code, CLOSE_PROTOCOL_ERROR);
	ck_assert_ptr_nonnull(outcome.verdict.why);
	ck_assert_uint_le(strlen(outcome.verdict.why), CLOSE_REASON_MAX);
	ck_assert_uint_eq(outcome.size, 0);
}

static void
assert_needs_more(struct outcome outcome)
{
	ck_assert(verdict_is_fine(outcome.verdict));
	ck_assert_ptr_null(outcome.verdict.why);
	ck_assert_uint_eq(outcome.size, 0);
}

/* The headers of the examples in section 5.7. */
static const struct {
	const char *bytes;
	size_t length;
	enum role receiver;
	struct frame_header header;
} examples[] = {
	{"\x81\x05", 2, ROLE_CLIENT, {5, OPCODE_TEXT, true, false, false, ""}},
	{"\x81\x85\x37\xFA\x21\x3D", 6, ROLE_SERVER,
		{5, OPCODE_TEXT, true, false, true, "\x37\xFA\x21\x3D"}},
	{"\x01\x03", 2, ROLE_CLIENT, {3, OPCODE_TEXT, false, false, false, ""}},
	{"\x80\x02", 2, ROLE_CLIENT,
		{2, OPCODE_CONTINUATION, true, false, false, ""}},
	{"\x89\x05", 2, ROLE_CLIENT, {5, OPCODE_PING, true, false, false, ""}},
	{"\x8A\x85\x37\xFA\x21\x3D", 6, ROLE_SERVER,
		{5, OPCODE_PONG, true, false, true, "\x37\xFA\x21\x3D"}},
	{"\x82\x7E\x01\x00", 4, ROLE_CLIENT,
		{256, OPCODE_BINARY, true, false, false, ""}},
	{"\x82\x7F\0\0\0\0\0\1\0\0", 10, ROLE_CLIENT,
		{65536, OPCODE_BINARY, true, false, false, ""}},
};

static void
assert_header_eq(const struct frame_header *a, const struct frame_header *b)
{
	ck_assert_uint_eq(a->payload_length, b->payload_length);
	ck_assert_int_eq(a->opcode, b->opcode);
	ck_assert(a->fin == b->fin);
	ck_assert(a->rsv1 == b->rsv1);
	ck_assert(a->masked == b->masked);
	if (b->masked)
		ck_assert_mem_eq(a->masking_key, b->masking_key, 4);
}

START_TEST(decodes_the_examples_of_section_5_7)
{
	struct outcome outcome = decode(examples[_i].bytes, examples[_i].length,
		examples[_i].receiver, false);

	ck_assert(verdict_is_fine(outcome.verdict));
	ck_assert_uint_eq(outcome.size, examples[_i].length);
	assert_header_eq(&outcome.header, &examples[_i].header);
}
END_TEST

START_TEST(encodes_the_examples_of_section_5_7)
{
	char data[FRAME_HEADER_MAX];

	ck_assert_uint_eq(frame_header_encode(&examples[_i].header, data),
		examples[_i].length);
	ck_assert_mem_eq(data, examples[_i].bytes, examples[_i].length);
}
END_TEST

START_TEST(the_opcodes_with_the_high_bit_are_control_frames)
{
	static const enum opcode control[] = {
		OPCODE_CLOSE, OPCODE_PING, OPCODE_PONG};
	static const enum opcode data[] = {
		OPCODE_CONTINUATION, OPCODE_TEXT, OPCODE_BINARY};

	for (size_t i = 0; i < COUNT_OF(control); i++) {
		ck_assert(opcode_is_control(control[i]));
		ck_assert(!opcode_is_control(data[i]));
	}
}
END_TEST

/* Sections 5.2, 5.4 and 5.5, and RFC 7692 section 6 for RSV1. */
static bool
first_byte_is_legal(unsigned byte, bool rsv1_allowed)
{
	static const char legal_opcodes[] = "\x0\x1\x2\x8\x9\xA";
	unsigned opcode = byte & 0x0F;

	if (memchr(legal_opcodes, (int)opcode, 6) == NULL)
		return false;
	if ((byte & 0x30) != 0 || (opcode >= 8 && (byte & FIN) == 0))
		return false;
	return (byte & RSV1) == 0 ||
	       (rsv1_allowed && (opcode == 1 || opcode == 2));
}

static void
judge_first_byte(unsigned first, enum role role, bool rsv1_allowed)
{
	struct wire wire = wire_of(role, first, 0, 0, 0);
	struct outcome whole =
		decode(wire.bytes, wire.length, role, rsv1_allowed);
	struct outcome early = decode(wire.bytes, 1, role, rsv1_allowed);

	if (!first_byte_is_legal(first, rsv1_allowed)) {
		assert_protocol_error(whole);
		assert_protocol_error(early);
		return;
	}
	assert_needs_more(early);
	ck_assert_uint_eq(whole.size, wire.length);
	ck_assert(whole.header.fin == ((first & FIN) != 0));
	ck_assert(whole.header.rsv1 == ((first & RSV1) != 0));
	ck_assert_uint_eq(whole.header.opcode, first & 0x0F);
}

START_TEST(rejects_reserved_bits_and_opcodes_at_the_first_byte)
{
	for (unsigned first = 0; first < 256; first++) {
		judge_first_byte(first, roles[_i], false);
		judge_first_byte(first, roles[_i], true);
	}
}
END_TEST

static const unsigned char data_bytes[] = {0x00, 0x01, 0x02, 0x80, 0x81, 0x82};
static const unsigned char control_bytes[] = {0x88, 0x89, 0x8A};

START_TEST(a_server_rejects_unmasked_frames_and_a_client_masked_ones)
{
	enum role role = roles[_i];
	unsigned wrong = role == ROLE_SERVER ? 0 : MASK;

	for (unsigned length = 0; length <= 125; length++)
		for (size_t i = 0; i < COUNT_OF(data_bytes); i++) {
			unsigned char bytes[] = {
				data_bytes[i], (unsigned char)(wrong | length)};

			assert_protocol_error(decode(bytes, 2, role, false));
			bytes[1] ^= MASK;
			ck_assert(verdict_is_fine(
				decode(bytes, 2, role, false).verdict));
		}
}
END_TEST

START_TEST(rejects_control_frames_over_125_bytes_at_the_second_byte)
{
	enum role role = roles[_i];

	for (size_t i = 0; i < COUNT_OF(control_bytes); i++) {
		struct wire longest =
			wire_of(role, control_bytes[i], 125, 0, 0);
		struct wire in_16 =
			wire_of(role, control_bytes[i], 126, 126, 2);
		struct wire in_64 =
			wire_of(role, control_bytes[i], 127, 126, 8);

		ck_assert_uint_eq(
			decode_wire(&longest, role).size, longest.length);
		assert_protocol_error(decode_wire(&in_16, role));
		assert_protocol_error(decode(in_16.bytes, 2, role, false));
		assert_protocol_error(decode_wire(&in_64, role));
		assert_protocol_error(decode(in_64.bytes, 2, role, false));
	}
}
END_TEST

/* Each header of these, decoded from each of its prefixes. */
static const struct {
	unsigned seven_bits;
	size_t extended_size;
	uint64_t length;
} lengths[] = {
	{0, 0, 0},
	{1, 0, 1},
	{125, 0, 125},
	{126, 2, 126},
	{126, 2, 127},
	{126, 2, 0x1234},
	{126, 2, UINT16_MAX},
	{127, 8, UINT16_MAX + 1},
	{127, 8, UINT64_C(0x7FFFFFFF)},
	{127, 8, UINT64_C(0x80000000)},
	{127, 8, UINT64_C(0x100000000)},
	{127, 8, UINT64_C(0x0123456789ABCDEF)},
	{127, 8, INT64_MAX},
};

static struct wire
wire_of_length(size_t i, enum role role, unsigned first)
{
	return wire_of(role, first, lengths[i].seven_bits, lengths[i].length,
		lengths[i].extended_size);
}

START_TEST(decodes_each_length_up_to_63_bits)
{
	for (size_t i = 0; i < COUNT_OF(roles) * COUNT_OF(data_bytes); i++) {
		enum role role = roles[i % 2];
		unsigned first = data_bytes[i / 2];
		struct wire wire = wire_of_length((size_t)_i, role, first);
		struct outcome outcome = decode_wire(&wire, role);

		ck_assert(verdict_is_fine(outcome.verdict));
		ck_assert_uint_eq(outcome.size, wire.length);
		ck_assert_uint_eq(
			outcome.header.payload_length, lengths[_i].length);
		ck_assert(outcome.header.masked == (role == ROLE_SERVER));
		if (role == ROLE_SERVER)
			ck_assert_mem_eq(outcome.header.masking_key,
				"\x37\xFA\x21\x3D", 4);
	}
}
END_TEST

START_TEST(encodes_each_length_in_the_shortest_form)
{
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		bool masked = roles[i] == ROLE_SERVER;
		struct wire wire = wire_of_length((size_t)_i, roles[i], 0x82);
		struct frame_header header = {lengths[_i].length, OPCODE_BINARY,
			true, false, masked, "\x37\xFA\x21\x3D"};
		char *data = guard_copy(wire.bytes, wire.length);

		memset(data, 0, wire.length);
		ck_assert_uint_eq(
			frame_header_encode(&header, data), wire.length);
		ck_assert_mem_eq(data, wire.bytes, wire.length);
		guard_free(data, wire.length);
	}
}
END_TEST

START_TEST(encodes_fin_rsv1_and_each_opcode)
{
	for (unsigned first = 0; first < 256; first++) {
		struct frame_header header = {.opcode = first & 0x0F,
			.fin = (first & FIN) != 0,
			.rsv1 = (first & RSV1) != 0};
		char data[FRAME_HEADER_MAX];

		if (!first_byte_is_legal(first, true))
			continue;
		ck_assert_uint_eq(frame_header_encode(&header, data), 2);
		ck_assert_uint_eq((unsigned char)data[0], first);
		ck_assert_int_eq(data[1], 0);
	}
}
END_TEST

START_TEST(needs_more_until_the_header_is_whole)
{
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		struct wire wire = wire_of_length((size_t)_i, roles[i], 0x81);

		for (size_t length = 0; length < wire.length; length++)
			assert_needs_more(
				decode(wire.bytes, length, roles[i], false));
	}
}
END_TEST

START_TEST(leaves_the_payload_behind_the_header_alone)
{
	struct outcome outcome =
		decode("\x81\x02\xFF\xFF\xFF\xFF", 6, ROLE_CLIENT, false);

	ck_assert_uint_eq(outcome.size, 2);
	ck_assert_uint_eq(outcome.header.payload_length, 2);
}
END_TEST

/* Rejected as soon as the last byte of the length is there, not before. */
static void
assert_length_rejected(unsigned seven_bits, size_t size, uint64_t length)
{
	for (size_t i = 0; i < COUNT_OF(roles) * COUNT_OF(data_bytes); i++) {
		enum role role = roles[i % 2];
		struct wire wire = wire_of(
			role, data_bytes[i / 2], seven_bits, length, size);

		assert_protocol_error(decode_wire(&wire, role));
		assert_protocol_error(
			decode(wire.bytes, 2 + size, role, false));
		assert_needs_more(decode(wire.bytes, 1 + size, role, false));
	}
}

START_TEST(rejects_16_bit_lengths_that_fit_in_7_bits)
{
	for (uint64_t length = 0; length <= 125; length++)
		assert_length_rejected(126, 2, length);
}
END_TEST

static const uint64_t too_small_for_64_bits[] = {
	0, 1, 125, 126, 127, 255, 256, UINT16_MAX - 1, UINT16_MAX};

START_TEST(rejects_64_bit_lengths_that_fit_in_16_bits)
{
	assert_length_rejected(127, 8, too_small_for_64_bits[_i]);
}
END_TEST

static const uint64_t lengths_with_top_bit[] = {
	UINT64_C(1) << 63, (UINT64_C(1) << 63) + 1, UINT64_MAX - 3, UINT64_MAX};

START_TEST(rejects_lengths_with_the_top_bit_set)
{
	assert_length_rejected(127, 8, lengths_with_top_bit[_i]);
}
END_TEST

START_TEST(rejects_control_frames_of_absurd_lengths)
{
	static const uint64_t absurd[] = {
		INT64_MAX, UINT64_C(1) << 63, UINT64_MAX, UINT64_MAX - 3};

	for (size_t i = 0; i < COUNT_OF(absurd) * COUNT_OF(roles); i++) {
		struct wire wire = wire_of(
			roles[i % 2], control_bytes[_i], 127, absurd[i / 2], 8);

		assert_protocol_error(decode_wire(&wire, roles[i % 2]));
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("frame");
	TCase *cases = tcase_create("frame");

	tcase_add_loop_test(cases, decodes_the_examples_of_section_5_7, 0,
		COUNT_OF(examples));
	tcase_add_loop_test(cases, encodes_the_examples_of_section_5_7, 0,
		COUNT_OF(examples));
	tcase_add_test(cases, the_opcodes_with_the_high_bit_are_control_frames);
	tcase_add_loop_test(cases,
		rejects_reserved_bits_and_opcodes_at_the_first_byte, 0,
		COUNT_OF(roles));
	tcase_add_loop_test(cases,
		a_server_rejects_unmasked_frames_and_a_client_masked_ones, 0,
		COUNT_OF(roles));
	tcase_add_loop_test(cases,
		rejects_control_frames_over_125_bytes_at_the_second_byte, 0,
		COUNT_OF(roles));
	tcase_add_loop_test(
		cases, decodes_each_length_up_to_63_bits, 0, COUNT_OF(lengths));
	tcase_add_loop_test(cases, encodes_each_length_in_the_shortest_form, 0,
		COUNT_OF(lengths));
	tcase_add_test(cases, encodes_fin_rsv1_and_each_opcode);
	tcase_add_loop_test(cases, needs_more_until_the_header_is_whole, 0,
		COUNT_OF(lengths));
	tcase_add_test(cases, leaves_the_payload_behind_the_header_alone);
	tcase_add_test(cases, rejects_16_bit_lengths_that_fit_in_7_bits);
	tcase_add_loop_test(cases, rejects_64_bit_lengths_that_fit_in_16_bits,
		0, COUNT_OF(too_small_for_64_bits));
	tcase_add_loop_test(cases, rejects_lengths_with_the_top_bit_set, 0,
		COUNT_OF(lengths_with_top_bit));
	tcase_add_loop_test(cases, rejects_control_frames_of_absurd_lengths, 0,
		COUNT_OF(control_bytes));
	suite_add_tcase(suite, cases);
	return suite_run(suite);
}
