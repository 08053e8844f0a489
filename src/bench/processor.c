/* SPDX-License-Identifier: MIT */
#include "bench/processor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE 1024

/* utime and stime, behind the program's name in parentheses: proc(5). */
#define FIELDS " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu"

double
processor_seconds(int64_t pid)
{
	char name[64], line[LINE_SIZE] = "", *fields;
	unsigned long user, system;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%" PRId64 "/stat", pid);
	file = fopen(name, "re");
	if (file == NULL)
		return -1;
	if (fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	fclose(file);
	fields = strrchr(line, ')');
	if (fields == NULL || sscanf(fields + 1, FIELDS, &user, &system) != 2)
		return -1;
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}
