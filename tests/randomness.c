/* SPDX-License-Identifier: MIT */
/* OpenSSL would rather have a provider here, of many more lines. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "randomness.h"

#include <openssl/rand.h>
#include <stdlib.h>

static int
fail_to_draw(unsigned char *bytes, int count)
{
	(void)bytes;
	(void)count;
	return 0;
}

void
randomness_end(void)
{
	static const RAND_METHOD broken = {.bytes = fail_to_draw};

	if (RAND_set_rand_method(&broken) != 1)
		abort();
}

void
randomness_return(void)
{
	RAND_set_rand_method(NULL);
}
