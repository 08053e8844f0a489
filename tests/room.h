/* SPDX-License-Identifier: MIT */
/* Buffers in which there is little room, and no memory for more. */
#ifndef TESTS_ROOM_H
#define TESTS_ROOM_H

#include "protocol/buffer.h"

/* A buffer with so much room and no more; its end tells how much is used. */
struct buffer room_fixed(char *memory, size_t room);

/* Appends what, or returns false when memory is short. */
typedef bool room_writer(struct buffer *output, const void *what);

/* Whatever room there is, a writer writes all expected, or that it cannot. */
void room_assert_filled(
	room_writer *write, const void *what, const char *expected);

#endif
