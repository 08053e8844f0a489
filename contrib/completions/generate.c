/* SPDX-License-Identifier: MIT */
/* Writes the completion of a program for a shell: generate SHELL PROGRAM */
#include "bench/options.h"
#include "client/options.h"
#include "option/completion.h"
#include "server/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_program *const programs[] = {
	&bench_program, &client_program, &options_program};

int
main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (argc == 3 && strcmp(argv[2], programs[i]->name) == 0 &&
			completion_write(stdout, argv[1], programs[i]) &&
			fflush(stdout) == 0)
			return EXIT_SUCCESS;
	fprintf(stderr, "usage: generate bash|zsh|fish PROGRAM\n");
	return EXIT_FAILURE;
}
