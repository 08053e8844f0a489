/* SPDX-License-Identifier: MIT */
/* The result as a table and a plot of text. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "bench/options.h"
#include "bench/result.h"

#include <stdio.h>

void report_write(FILE *stream, const struct bench_options *options,
	const struct result *result);

#endif
