/* SPDX-License-Identifier: MIT */
/* One check of wsclient --check, run at a fake server. */
#ifndef TESTS_ONE_CHECK_H
#define TESTS_ONE_CHECK_H

#include "client/check_list.h"
#include "client/check_trial.h"
#include "fake_server.h"

#define REFUSAL "HTTP/1.1 400 Bad Request\r\n\r\n"
#define NO_REPLY                                                               \
	{                                                                      \
		NULL, 0                                                        \
	}

/* Scripts of servers that open the connection, answer one thing and end it. */
#define REPLY_AND(literal, end)                                                \
	{                                                                      \
		FAKE_101, {literal, sizeof(literal) - 1}, end                  \
	}
#define REPLY(literal) REPLY_AND(literal, FAKE_ENDS)

/* All that there are. */
extern const struct check_list *const one_check_lists[];
extern const size_t one_check_list_count;

/* The one with this sentence. */
const struct check *one_check_of(const char *sentence);

/*
 * Both run a check of an echo server that goes by a script, and assert its
 * grade and a part of what was seen.
 */
void one_check_run_at(struct fake_server *server, const struct check *check,
	enum check_grade grade, const char *seen);
void one_check_run(const struct check *check, const struct fake_script *script,
	enum check_grade grade, const char *seen);

/* Asserts that all fail in the same way where there is no connection. */
void one_check_runs_nowhere(bool is_away, const char *seen);

#endif
