/* SPDX-License-Identifier: MIT */
#include "room.h"

#include "guard.h"
#include "suite.h"

#include <stdint.h>
#include <string.h>

/* It seems to hold as many bytes as one may, in front of its memory. */
struct buffer
room_fixed(char *memory, size_t room)
{
	return (struct buffer){.data = memory,
		.start = 0 - (SIZE_MAX / 2 - room),
		.capacity = room};
}

void
room_assert_filled(room_writer *write, const void *what, const char *expected)
{
	size_t length = strlen(expected);
	char *memory = guard_copy(expected, length);

	for (size_t room = 0; room <= length; room++) {
		struct buffer output = room_fixed(memory + length - room, room);

		memset(memory, 0, length);
		ck_assert(write(&output, what) == (room == length));
	}
	ck_assert_mem_eq(memory, expected, length);
	guard_free(memory, length);
}
