/* SPDX-License-Identifier: MIT */
#include "client/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PIECE 65536

void
input_init(struct input *input, enum input_form form)
{
	*input = (struct input){.form = form};
}

void
input_release(struct input *input)
{
	buffer_release(&input->bytes);
}

static void
drop_taken(struct input *input)
{
	buffer_consume(&input->bytes, input->taken);
	input->taken = 0;
}

bool
input_read(struct input *input, int descriptor)
{
	ssize_t got;

	drop_taken(input);
	if (!buffer_reserve(&input->bytes, PIECE)) {
		errno = ENOMEM;
		return false;
	}
	got = read(descriptor, buffer_room(&input->bytes), PIECE);
	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	buffer_add(&input->bytes, (size_t)got);
	input->has_ended = got == 0;
	return true;
}

/* Finds the end of the next message; *taken is its length with the end. */
static bool
find_end(struct input *input, struct slice bytes, size_t *length)
{
	char delimiter = input->form == INPUT_NULLS ? '\0' : '\n';
	const char *end = NULL;

	if (input->form != INPUT_WHOLE && bytes.length > input->searched)
		end = memchr(bytes.data + input->searched, delimiter,
			bytes.length - input->searched);
	if (end != NULL) {
		*length = (size_t)(end - bytes.data);
		input->taken = *length + 1;
		input->searched = 0;
		return true;
	}
	input->searched = bytes.length;
	*length = bytes.length;
	input->taken = bytes.length;
	return false;
}

bool
input_next(struct input *input, struct slice *message)
{
	drop_taken(input);
	*message = buffer_bytes(&input->bytes);
	if (!find_end(input, *message, &message->length)) {
		bool is_last =
			input->has_ended &&
			(message->length > 0 || (input->form == INPUT_WHOLE &&
							input->messages == 0));

		if (!is_last) {
			input->taken = 0;
			return false;
		}
		input->searched = 0;
	}
	input->messages++;
	return true;
}

bool
input_has_rest(const struct input *input)
{
	return buffer_length(&input->bytes) > input->taken;
}
