/* SPDX-License-Identifier: MIT */
#include "server/stack.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Ample for all that is called; what is not touched costs nothing. What is
 * neither usable nor guard leaves room, above the first frame, for the thread's
 * variables and what the C library has there.
 */
#define STACK_SIZE (256 << 10)
#define USABLE_SIZE (128 << 10)
#define GUARD_SIZE (64 << 10)

/* Than the thread that tries it a worker may be, when it sets its guard. */
#define DEEPER (4 << 10)

/* Of linux/mman.h, which may be older than the kernel that runs. */
#define GUARD_INSTALL 102

static bool
has_guards(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool can_guard;

	if (page == MAP_FAILED)
		return false;
	can_guard = madvise(page, size, GUARD_INSTALL) == 0;
	munmap(page, size);
	return can_guard;
}

/* Where the guard of the calling thread begins. */
static char *
find_guard(void)
{
	char *lowest = (char *)__builtin_frame_address(0) - USABLE_SIZE;
	size_t into_page =
		(uintptr_t)lowest & ((uintptr_t)sysconf(_SC_PAGESIZE) - 1);

	return lowest - into_page - GUARD_SIZE;
}

static void *
try_stack(void *argument)
{
	bool *fits = argument;
	pthread_attr_t attributes;
	void *lowest = NULL;
	size_t size = 0;

	if (pthread_getattr_np(pthread_self(), &attributes) != 0)
		return NULL;
	*fits = pthread_attr_getstack(&attributes, &lowest, &size) == 0 &&
		find_guard() - DEEPER >= (char *)lowest;
	pthread_attr_destroy(&attributes);
	return NULL;
}

/* A thread sanitizer, for one, takes much of a stack for itself. */
static bool
has_room(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	bool fits = false;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	stack_configure(&attributes, true);
	if (pthread_create(&thread, &attributes, try_stack, &fits) == 0)
		pthread_join(thread, NULL);
	pthread_attr_destroy(&attributes);
	return fits;
}

bool
stack_can_guard(void)
{
	return has_guards() && has_room();
}

void
stack_configure(pthread_attr_t *attributes, bool can_guard)
{
	pthread_attr_setstacksize(attributes, STACK_SIZE);
	if (can_guard)
		pthread_attr_setguardsize(attributes, 0);
}

bool
stack_guard(void)
{
	return madvise(find_guard(), GUARD_SIZE, GUARD_INSTALL) == 0;
}
