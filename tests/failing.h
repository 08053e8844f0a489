/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a program, makes calls fail that the tests choose by rules in
 * a file that both map: tests/common/failing.py, whose name the environment's
 * FAILING tells.
 */
#ifndef TESTS_FAILING_H
#define TESTS_FAILING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Counts a call for each rule about the function, unless the thread is older
 * than the rule; the main thread always counts. Returns whether it must fail,
 * with errno. Where a rule leaves room for some bytes only, *size shrinks; NULL
 * where there are none.
 */
bool failing_judge(const char *function, size_t *size);

/* The function that would have been called without us. */
void *failing_find_next(const char *function);

/* ISO C knows no cast from what dlsym returns to a function. */
#define FAILING_NEXT(function)                                                 \
	static __typeof__(function) *next;                                     \
	if (next == NULL)                                                      \
	*(void **)&next = failing_find_next(#function)

/*
 * A function that answers with a value when it fails; rules call it by name.
 * An extension, for the GNU C library declares some with a union of addresses.
 */
#define FAILING(type, failure, name, function, parameters, arguments)          \
	__extension__ type function parameters                                 \
	{                                                                      \
		FAILING_NEXT(function);                                        \
		return failing_judge(name, NULL) ? (failure) : next arguments; \
	}

/* The same for one whose parameter size is a number of bytes. */
#define FAILING_SHORT(type, name, function, parameters, arguments)             \
	__extension__ type function parameters                                 \
	{                                                                      \
		FAILING_NEXT(function);                                        \
		return failing_judge(name, &size) ? -1 : next arguments;       \
	}

#endif
