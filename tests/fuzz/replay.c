/* SPDX-License-Identifier: MIT */
/*
 * The main function of a target without libFuzzer: runs it on each file of its
 * corpus, or on the files named.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_PREFIX "fuzz_"

static void
fail(const char *file)
{
	perror(file);
	exit(1);
}

/* In memory of its own length, behind which nothing may be read. */
static void
run_file(const char *name)
{
	FILE *file = fopen(name, "rb");
	uint8_t *data;
	long size;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0)
		fail(name);
	size = ftell(file);
	rewind(file);
	data = malloc(size > 0 ? (size_t)size : 1);
	if (size < 0 || data == NULL ||
		fread(data, 1, (size_t)size, file) != (size_t)size)
		fail(name);
	fclose(file);
	printf("%s\n", name);
	fflush(stdout);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
}

/* Returns how many files there were. */
static int
run_folder(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort), files = 0;

	if (count < 0 || chdir(folder) < 0)
		fail(folder);
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.') {
			run_file(entries[i]->d_name);
			files++;
		}
		free(entries[i]);
	}
	free(entries);
	return files;
}

/* In the sources, by the name of the program. */
static void
run_corpus(const char *program)
{
	const char *top = getenv("top_srcdir");
	const char *name = strstr(basename(program), NAME_PREFIX);
	char folder[4096];

	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
		top != NULL ? top : ".",
		name != NULL ? name + strlen(NAME_PREFIX) : program);
	if (run_folder(folder) == 0) {
		fprintf(stderr, "%s: no file\n", folder);
		exit(1);
	}
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run_file(argv[i]);
	if (argc == 1)
		run_corpus(argv[0]);
	return 0;
}
