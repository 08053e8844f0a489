/* SPDX-License-Identifier: MIT */
/* A run: connections are opened, used, measured and closed. */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include "bench/options.h"
#include "bench/result.h"

/*
 * Does what the options want and fills the result in, as far as it came: what
 * went wrong stands there. Ctrl-C ends it before its time.
 */
void run_bench(const struct bench_options *options, struct result *result);

/* From the options to the exit status, with all that is to be shown. */
enum bench_status run_and_report(const struct bench_options *options);

#endif
