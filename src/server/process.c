/* SPDX-License-Identifier: MIT */
#include "server/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_SIZE 128
#define DESCRIPTORS "/proc/self/fd"

/* Reads a short file of proc(5). */
static bool
read_file(const char *name, char text[FILE_SIZE])
{
	int descriptor = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (descriptor < 0)
		return false;
	length = read(descriptor, text, FILE_SIZE - 1);
	close(descriptor);
	if (length <= 0)
		return false;
	text[length] = '\0';
	return true;
}

static double
seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void
describe_memory(struct process_facts *facts)
{
	int64_t page = sysconf(_SC_PAGESIZE);
	char text[FILE_SIZE], *rest;

	if (!read_file("/proc/self/statm", text))
		return;
	facts->virtual_bytes = strtoll(text, &rest, 10) * page;
	facts->resident_bytes = strtoll(rest, NULL, 10) * page;
}

/* Not the one of the directory itself, nor "." and "..". */
static int64_t
count_descriptors(void)
{
	DIR *directory = opendir(DESCRIPTORS);
	int64_t count = -3;

	if (directory == NULL)
		return -1;
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

/* Since Linux 6.2 the size of the directory is their number; 0 before. */
static void
describe_descriptors(struct process_facts *facts)
{
	struct rlimit limit;
	struct stat directory;

	if (stat(DESCRIPTORS, &directory) == 0 && directory.st_size > 0)
		facts->open_descriptors = directory.st_size;
	else
		facts->open_descriptors = count_descriptors();
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
		limit.rlim_cur != RLIM_INFINITY)
		facts->max_descriptors = (int64_t)limit.rlim_cur;
}

void
process_describe(struct process_facts *facts)
{
	struct rusage usage;

	*facts = (struct process_facts){-1, -1, -1, -1, -1};
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		facts->cpu_seconds =
			seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
	describe_memory(facts);
	describe_descriptors(facts);
}
