/* SPDX-License-Identifier: MIT */
#include "one_check.h"

#include "suite.h"
#include "transport/clock.h"

#include <string.h>

/* Milliseconds, for who answers, who stops answering, and who never does. */
#define PATIENCE 5000
#define LATER 2000
#define SOON 50

const struct check_list *const one_check_lists[] = {&check_handshakes,
	&check_echoes, &check_frames, &check_failures, &check_closings};
const size_t one_check_list_count = COUNT_OF(one_check_lists);

const struct check *
one_check_of(const char *sentence)
{
	for (size_t i = 0; i < one_check_list_count; i++) {
		const struct check_list *list = one_check_lists[i];

		for (size_t j = 0; j < list->count; j++)
			if (strcmp(list->checks[j].sentence, sentence) == 0)
				return &list->checks[j];
	}
	ck_abort_msg("no check says: %s", sentence);
	return NULL;
}

static int64_t
limit_for(const struct fake_script *script)
{
	if (script->end == FAKE_ENDS || script->end == FAKE_RESETS)
		return PATIENCE;
	return script->reply.length > 0 ? LATER : SOON;
}

void
one_check_run_at(struct fake_server *server, const struct check *check,
	enum check_grade grade, const char *seen)
{
	struct check_echo echo = {.text = true, .binary = true};
	struct check_target target = fake_server_target(server);
	struct trial trial;

	trial_begin(&trial, check, &target, &echo,
		deadline_after(limit_for(server->script)));
	check->run(&trial);
	trial_end(&trial);
	fake_server_stop(server);
	line_end(&trial.seen);
	trial.seen.text[trial.seen.length - 1] = '\0';
	ck_assert_msg(trial.grade == grade, "%s: grade %d: %s", check->sentence,
		(int)trial.grade, trial.seen.text);
	ck_assert_msg(strstr(trial.seen.text, seen) != NULL, "%s: %s",
		check->sentence, trial.seen.text);
}

void
one_check_run(const struct check *check, const struct fake_script *script,
	enum check_grade grade, const char *seen)
{
	struct fake_server server = {.script = script};

	one_check_run_at(&server, check, grade, seen);
}

void
one_check_runs_nowhere(bool is_away, const char *seen)
{
	static const struct fake_script ends = {NULL, NO_REPLY, FAKE_ENDS};
	struct fake_server server = {.script = &ends, .is_away = is_away};

	for (size_t i = 0; i < one_check_list_count; i++)
		for (size_t j = 0; j < one_check_lists[i]->count; j++)
			one_check_run_at(&server,
				&one_check_lists[i]->checks[j], CHECK_FAIL,
				seen);
}
