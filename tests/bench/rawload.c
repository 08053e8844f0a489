/* SPDX-License-Identifier: MIT */
/*
 * wsbench against rawecho: the same program, but what comes back is taken for
 * an echo of the bytes rather than of the messages.
 */
#include "bench/options.h"
#include "bench/run.h"

int
main(int argc, char **argv)
{
	struct bench_options options;

	if (bench_options_parse(&options, argc, argv) != OPTION_RUN)
		return BENCH_USAGE;
	options.is_plain_echo = true;
	return (int)run_and_report(&options);
}
