/* SPDX-License-Identifier: MIT */
#include "guard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t
pages_size(size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (length + page - 1) / page * page;
}

char *
guard_copy(const void *data, size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = pages_size(length);
	char *memory = mmap(NULL, size + page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED ||
		mprotect(memory + size, page, PROT_NONE) < 0)
		abort();
	if (length > 0)
		memcpy(memory + size - length, data, length);
	return memory + size - length;
}

void
guard_free(char *copy, size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = pages_size(length);

	munmap(copy + length - size, size + page);
}
