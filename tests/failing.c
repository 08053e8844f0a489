/* SPDX-License-Identifier: MIT */
#include "failing.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define RULES_MAX 32
#define NAME_SIZE 24
#define EARLY_MEMORY 8192
#define ALIGNMENT 16

/* One that holds for no function has no name. */
struct rule {
	char function[NAME_SIZE];
	uint64_t since;	      /* threads up to this one are left alone */
	uint64_t first, last; /* calls that fail, from 1 */
	uint64_t error;
	uint64_t room; /* bytes that a call has instead of failing; 0: none */
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

/* Counts a call for a rule; returns whether it is one that is meant. */
static bool
is_meant(struct rule *rule, const char *function)
{
	uint64_t call;

	if ((thread > 1 && thread <= rule->since) ||
		strcmp(rule->function, function) != 0)
		return false;
	call = atomic_fetch_add(&rule->calls, 1) + 1;
	if (call < rule->first || call > rule->last)
		return false;
	atomic_fetch_add(&rule->failed, 1);
	return true;
}

bool
failing_judge(const char *function, size_t *size)
{
	bool fails = false;

	if (rules == NULL || is_resolving)
		return false;
	if (thread == 0)
		thread = atomic_fetch_add(&rules->threads, 1) + 1;
	for (size_t i = 0; i < RULES_MAX; i++) {
		const struct rule *rule = &rules->items[i];

		if (!is_meant(&rules->items[i], function))
			continue;
		if (rule->room == 0) {
			errno = (int)rule->error;
			fails = true;
		} else if (size != NULL && *size > rule->room) {
			*size = rule->room;
		}
	}
	return fails;
}

void *
failing_find_next(const char *function)
{
	void *next;

	is_resolving = true;
	next = dlsym(RTLD_NEXT, function);
	is_resolving = false;
	if (next == NULL)
		abort();
	return next;
}

int
pthread_create(pthread_t *id, const pthread_attr_t *attributes,
	void *(*run)(void *), void *argument)
{
	FAILING_NEXT(pthread_create);

	if (failing_judge("pthread_create", NULL))
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
	return failing_judge("allocate", NULL);
}

void *
malloc(size_t size)
{
	if (is_resolving)
		return allocate_early(size);

	FAILING_NEXT(malloc);
	return must_fail_to_allocate() ? NULL : count_block(next(size));
}

void *
calloc(size_t count, size_t size)
{
	if (is_resolving)
		return size > 0 && count > sizeof(early) / size
			       ? NULL
			       : allocate_early(count * size);

	FAILING_NEXT(calloc);
	return must_fail_to_allocate() ? NULL : count_block(next(count, size));
}

void *
realloc(void *block, size_t size)
{
	FAILING_NEXT(realloc);

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

	FAILING_NEXT(free);
	next(block);
	if (rules != NULL)
		atomic_fetch_sub(&rules->blocks, 1);
	errno = saved;
}
