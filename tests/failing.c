/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a server, makes calls fail that the tests choose by rules in
 * a file that both map: tests/faults/failing.py, whose name the environment's
 * FAILING tells.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define RULES_MAX 16
#define EARLY_MEMORY 8192
#define ALIGNMENT 16

/* One that holds for no function has no name. */
struct rule {
	char function[16];
	uint64_t since;	      /* threads up to this one are left alone */
	uint64_t first, last; /* calls that fail, from 1 */
	uint64_t error;
	_Atomic uint64_t calls, failed;
};

struct rules {
	_Atomic uint64_t threads; /* that have made a call of ours */
	_Atomic int64_t blocks;	  /* of memory, allocated and not freed */
	struct rule items[RULES_MAX];
};

static struct rules *rules;

/* What serves while dlsym itself wants memory; never grown nor given back. */
static _Alignas(ALIGNMENT) char early[EARLY_MEMORY];
static size_t early_used;

/* Must not be allocated at its first use, for that would call malloc. */
#define THREAD_LOCAL                                                           \
	static _Thread_local __attribute__((tls_model("initial-exec")))
THREAD_LOCAL uint64_t thread; /* from 1, which is the main one */
THREAD_LOCAL bool is_resolving;

__attribute__((constructor)) static void
map_rules(void)
{
	const char *name = getenv("FAILING");
	int file = name != NULL ? open(name, O_RDWR | O_CLOEXEC) : -1;
	void *map;

	if (file < 0)
		return;
	map = mmap(NULL, sizeof(*rules), PROT_READ | PROT_WRITE, MAP_SHARED,
		file, 0);
	close(file);
	if (map == MAP_FAILED)
		return;
	rules = map;
	thread = atomic_fetch_add(&rules->threads, 1) + 1;
}

/*
 * Counts a call for each rule about the function, unless the thread is older
 * than the rule. The main thread always counts.
 */
static bool
must_fail(const char *function)
{
	bool fails = false;

	if (rules == NULL || is_resolving)
		return false;
	if (thread == 0)
		thread = atomic_fetch_add(&rules->threads, 1) + 1;
	for (size_t i = 0; i < RULES_MAX; i++) {
		struct rule *rule = &rules->items[i];
		uint64_t call;

		if ((thread > 1 && thread <= rule->since) ||
			strcmp(rule->function, function) != 0)
			continue;
		call = atomic_fetch_add(&rule->calls, 1) + 1;
		if (call < rule->first || call > rule->last)
			continue;
		atomic_fetch_add(&rule->failed, 1);
		errno = (int)rule->error;
		fails = true;
	}
	return fails;
}

/* The function that would have been called without us. */
static void *
find_next(const char *function)
{
	void *next;

	is_resolving = true;
	next = dlsym(RTLD_NEXT, function);
	is_resolving = false;
	if (next == NULL)
		abort();
	return next;
}

/* ISO C knows no cast from what dlsym returns to a function. */
#define DECLARE_NEXT(function)                                                 \
	static __typeof__(function) *next;                                     \
	if (next == NULL)                                                      \
	*(void **)&next = find_next(#function)

/*
 * A function that answers -1 when it fails; rules call it by name. An
 * extension, for the GNU C library declares some with a union of addresses.
 */
#define FAILING(type, name, function, parameters, arguments)                   \
	__extension__ type function parameters                                 \
	{                                                                      \
		DECLARE_NEXT(function);                                        \
		return must_fail(name) ? -1 : next arguments;                  \
	}

FAILING(int, "accept4", accept4,
	(int socket, struct sockaddr *address, socklen_t *length, int flags),
	(socket, address, length, flags))
FAILING(ssize_t, "getrandom", getrandom,
	(void *data, size_t size, unsigned flags), (data, size, flags))
FAILING(int, "pipe2", pipe2, (int descriptors[2], int flags),
	(descriptors, flags))
FAILING(int, "poll", poll, (struct pollfd * items, nfds_t count, int timeout),
	(items, count, timeout))
FAILING(ssize_t, "recv", recv, (int socket, void *data, size_t size, int flags),
	(socket, data, size, flags))
FAILING(ssize_t, "send", send,
	(int socket, const void *data, size_t size, int flags),
	(socket, data, size, flags))
FAILING(ssize_t, "sendmsg", sendmsg,
	(int socket, const struct msghdr *message, int flags),
	(socket, message, flags))
FAILING(int, "setresgid", setresgid, (gid_t real, gid_t effective, gid_t saved),
	(real, effective, saved))

/* As a compiler with _FORTIFY_SOURCE calls them. */
int __poll_chk(struct pollfd *items, nfds_t count, int timeout, size_t room);
ssize_t __recv_chk(int socket, void *data, size_t size, size_t room, int flags);
FAILING(int, "poll", __poll_chk,
	(struct pollfd * items, nfds_t count, int timeout, size_t room),
	(items, count, timeout, room))
FAILING(ssize_t, "recv", __recv_chk,
	(int socket, void *data, size_t size, size_t room, int flags),
	(socket, data, size, room, flags))

int
pthread_create(pthread_t *id, const pthread_attr_t *attributes,
	void *(*run)(void *), void *argument)
{
	DECLARE_NEXT(pthread_create);

	if (must_fail("pthread_create"))
		return errno;
	return next(id, attributes, run, argument);
}

static bool
is_early(const void *block)
{
	const char *byte = block;

	return byte >= early && byte < early + sizeof(early);
}

static void *
allocate_early(size_t size)
{
	void *block = early + early_used;

	if (size > sizeof(early) - early_used - ALIGNMENT)
		return NULL;
	early_used += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return block;
}

static void *
count_block(void *block)
{
	if (rules != NULL && block != NULL)
		atomic_fetch_add(&rules->blocks, 1);
	return block;
}

/* To the rules, the three that allocate are one function. */
static bool
must_fail_to_allocate(void)
{
	return must_fail("allocate");
}

void *
malloc(size_t size)
{
	if (is_resolving)
		return allocate_early(size);

	DECLARE_NEXT(malloc);
	return must_fail_to_allocate() ? NULL : count_block(next(size));
}

void *
calloc(size_t count, size_t size)
{
	if (is_resolving)
		return size > 0 && count > sizeof(early) / size
			       ? NULL
			       : allocate_early(count * size);

	DECLARE_NEXT(calloc);
	return must_fail_to_allocate() ? NULL : count_block(next(count, size));
}

void *
realloc(void *block, size_t size)
{
	DECLARE_NEXT(realloc);

	if (must_fail_to_allocate())
		return NULL;
	return block == NULL ? count_block(next(NULL, size))
			     : next(block, size);
}

void
free(void *block)
{
	int saved = errno;

	if (is_early(block) || block == NULL)
		return;

	DECLARE_NEXT(free);
	next(block);
	if (rules != NULL)
		atomic_fetch_sub(&rules->blocks, 1);
	errno = saved;
}
