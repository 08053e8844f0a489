/* SPDX-License-Identifier: MIT */
/* The result as a JSON object on one line. */
#ifndef BENCH_JSON_H
#define BENCH_JSON_H

#include "bench/options.h"
#include "bench/result.h"

#include <stdio.h>

void json_write(FILE *stream, const struct bench_options *options,
	const struct result *result);

#endif
