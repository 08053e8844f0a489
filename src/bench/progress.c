/* SPDX-License-Identifier: MIT */
#include "bench/progress.h"

#include "bench/instant.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define INTERVAL (NANOSECONDS / 2)
#define ERASE_LINE "\r\033[K"

void
progress_init(struct progress *progress)
{
	*progress = (struct progress){
		.is_shown = isatty(STDERR_FILENO) == 1, .start = instant_now()};
	progress->last = progress->start;
}

void
progress_show(struct progress *progress, uint64_t now,
	const struct progress_figures *figures)
{
	uint64_t count = figures->counts_handshakes ? figures->handshakes
						    : figures->replies;
	double seconds = (double)(now - progress->last) / (double)NANOSECONDS;

	if (!progress->is_shown || now < progress->last + INTERVAL)
		return;
	fprintf(stderr, ERASE_LINE "%" PRIu64 " s  %zu connections  %.0f %s/s",
		(now - progress->start) / NANOSECONDS, figures->open,
		(double)(count - progress->count) / seconds,
		figures->counts_handshakes ? "handshakes" : "messages");
	if (figures->failed > 0)
		fprintf(stderr, "  %" PRIu64 " failed", figures->failed);
	if (figures->wrong > 0)
		fprintf(stderr, "  %" PRIu64 " wrong", figures->wrong);
	progress->has_line = true;
	progress->last = now;
	progress->count = count;
}

void
progress_clear(struct progress *progress)
{
	if (progress->has_line)
		fputs(ERASE_LINE, stderr);
	progress->has_line = false;
}
