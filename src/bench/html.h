/* SPDX-License-Identifier: MIT */
/* The result as a page: one file, with nothing from elsewhere. */
#ifndef BENCH_HTML_H
#define BENCH_HTML_H

#include "bench/options.h"
#include "bench/result.h"

/* Replaces the file. Returns false with errno when it cannot be written. */
bool html_write(const char *file, const struct bench_options *options,
	const struct result *result);

#endif
