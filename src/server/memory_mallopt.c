/* SPDX-License-Identifier: MIT */
#include "server/memory.h"

#include <malloc.h>

/* Above what TLS takes and frees for each record. */
#define LARGE 32768

void
memory_return_buffers(void)
{
	mallopt(M_MMAP_THRESHOLD, LARGE);
}
