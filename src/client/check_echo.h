/* SPDX-License-Identifier: MIT */
/* What a server does with messages: RFC 6455 leaves it to the service. */
#ifndef CLIENT_CHECK_ECHO_H
#define CLIENT_CHECK_ECHO_H

#include <stdbool.h>
#include <stddef.h>

#define CHECK_PREFIX_MAX 256

/* All 0 until check_echoes have been run, which find it out. */
struct check_echo {
	bool text;
	bool binary;
	unsigned greetings; /* messages of its own before the first echo */
	size_t prefix_length;
	char prefix[CHECK_PREFIX_MAX]; /* before each text */
};

#endif
