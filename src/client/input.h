/* SPDX-License-Identifier: MIT */
/* What is read from standard input, as messages to send. */
#ifndef CLIENT_INPUT_H
#define CLIENT_INPUT_H

#include "protocol/buffer.h"

#include <stdint.h>

enum input_form {
	INPUT_LINES, /* each ends with LF, which the last one may lack */
	INPUT_NULLS, /* the same with NUL */
	INPUT_WHOLE, /* all of it is one message */
};

struct input {
	enum input_form form;
	struct buffer bytes;
	size_t taken;	   /* of the bytes, by the message returned last */
	size_t searched;   /* of the rest, in vain */
	uint64_t messages; /* returned so far */
	bool has_ended;
};

void input_init(struct input *input, enum input_form form);
void input_release(struct input *input);

/*
 * Reads once from a descriptor, which may block. Returns false with errno
 * when that fails; memory running short is ENOMEM.
 */
bool input_read(struct input *input, int descriptor);

/*
 * Takes the next message, valid until the next call of any function here.
 * Returns false when it is not whole yet, or there is none any more.
 */
bool input_next(struct input *input, struct slice *message);

/* Whether something was read and not taken. */
bool input_has_rest(const struct input *input);

#endif
