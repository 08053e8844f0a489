/* SPDX-License-Identifier: MIT */
#include "client/check.h"

#include "client/check_list.h"
#include "client/check_trial.h"
#include "transport/clock.h"

#include <string.h>

static const struct check_list *const lists[] = {
	&check_handshakes,
	&check_echoes,
	&check_frames,
	&check_failures,
	&check_closings,
};

struct run {
	const struct check_target *target;
	FILE *output;
	struct check_echo echo;
	int64_t deadline; /* of all checks */
	unsigned counts[CHECK_FAIL + 1];
};

static bool
is_met(const struct check_echo *echo, enum check_need need)
{
	switch (need) {
	case CHECK_NEEDS_TEXT:
		return echo->text;
	case CHECK_NEEDS_BINARY:
		return echo->binary;
	case CHECK_NEEDS_ECHO:
		return echo->text || echo->binary;
	default:
		return true;
	}
}

static void
report(struct run *run, const struct trial *trial)
{
	static const char *const grades[] = {"ok", "warn", "FAIL"};
	const struct check *check = trial->check;

	run->counts[trial->grade]++;
	fprintf(run->output, "%-4s  %-15s  %s", grades[trial->grade],
		check->section, check->sentence);
	if (trial->grade != CHECK_OK)
		fprintf(run->output, ": %.*s", (int)trial->seen.length,
			trial->seen.text);
	fputc('\n', run->output);
	fflush(run->output);
}

static void
run_check(struct run *run, const struct check *check)
{
	int64_t deadline = deadline_after(run->target->check_limit);
	struct trial trial;

	if (deadline > run->deadline)
		deadline = run->deadline;
	trial_begin(&trial, check, run->target, &run->echo, deadline);
	if (deadline_left(deadline) == 0)
		trial_tell(&trial, CHECK_FAIL,
			"not run, the time for all checks has passed");
	else if (!is_met(&run->echo, check->need))
		trial_tell(&trial, CHECK_WARN, "not run, not an echo server");
	else
		check->run(&trial);
	trial_end(&trial);
	report(run, &trial);
}

/* The first check is whether there is a server that others can be run at. */
static void
run_all(struct run *run)
{
	run_check(run, &lists[0]->checks[0]);
	if (run->counts[CHECK_FAIL] > 0) {
		fprintf(run->output, "no other check was run\n");
		return;
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (size_t j = i == 0; j < lists[i]->count; j++)
			run_check(run, &lists[i]->checks[j]);
}

bool
check_run(const struct check_target *target, FILE *output)
{
	struct run run = {.target = target,
		.output = output,
		.deadline = deadline_after(target->total_limit)};

	run_all(&run);
	fprintf(output, "%u ok, %u warn, %u FAIL\n", run.counts[CHECK_OK],
		run.counts[CHECK_WARN], run.counts[CHECK_FAIL]);
	return run.counts[CHECK_FAIL] == 0;
}
