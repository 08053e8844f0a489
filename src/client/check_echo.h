/* SPDX-License-Identifier: MIT */
/* What a server does with messages: RFC 6455 leaves it to the service. */
#ifndef CLIENT_CHECK_ECHO_H
#define CLIENT_CHECK_ECHO_H

#include "client/check.h"

#define CHECK_PREFIX_MAX 256

struct check_echo {
	bool text;
	bool binary;
	unsigned greetings; /* messages of its own before the first echo */
	size_t prefix_length;
	char prefix[CHECK_PREFIX_MAX]; /* before each text */
};

/*
 * Finds out by sending messages, each of which has to come back soon. Where
 * there is no connection, or it is of no use, nothing comes back.
 */
void check_echo_learn(
	struct check_echo *echo, const struct check_target *target);

#endif
