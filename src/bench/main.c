/* SPDX-License-Identifier: MIT */
/* wsbench: from the command line to the exit status. */
#include "bench/options.h"
#include "bench/run.h"
#include "transport/descriptors.h"

#include <stdio.h>

int
main(int argc, char **argv)
{
	struct bench_options options;

	descriptors_fill_standard(false);
	switch (bench_options_parse(&options, argc, argv)) {
	case OPTION_RUN:
		return (int)run_and_report(&options);
	case OPTION_DONE:
		return option_flush(&bench_program) ? BENCH_RIGHT : BENCH_WRONG;
	default:
		return BENCH_USAGE;
	}
}
