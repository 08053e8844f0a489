/* SPDX-License-Identifier: MIT */
#include "server/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Threads and processes that are not ours to use up. */
#define OTHER_THREADS 512

/* Mappings of libraries, heaps and large messages. */
#define OTHER_MAPPINGS 2048

/* What those who are not upgraded keep of the room. */
#define PENDING_MIN 256
#define PENDING_PART 64

#define CGROUP_ROOT "/sys/fs/cgroup"
#define GROUP_MAX 512

static void
lower(struct limits *limits, int64_t connections, const char *reason)
{
	if (connections >= limits->connections)
		return;
	limits->connections = connections > 1 ? connections : 1;
	limits->reason = reason;
}

static int64_t
raise_open_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return INT64_MAX;
	if (limit.rlim_cur != limit.rlim_max) {
		rlim_t soft = limit.rlim_cur;

		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
			limit.rlim_cur = soft;
	}
	return limit.rlim_cur == RLIM_INFINITY ? INT64_MAX
					       : (int64_t)limit.rlim_cur;
}

/* The number in a file, INT64_MAX where there is none. */
static int64_t
read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	int64_t number = INT64_MAX;

	if (file == NULL)
		return INT64_MAX;
	if (fscanf(file, "%" SCNd64, &number) != 1)
		number = INT64_MAX;
	fclose(file);
	return number;
}

/* The least pids.max of a control group (version 2) and those above it. */
static int64_t
read_group_limit(char *group)
{
	int64_t least = INT64_MAX;
	char path[GROUP_MAX + sizeof(CGROUP_ROOT "/pids.max")];

	for (char *end = group + strlen(group); end != NULL;
		end = strrchr(group, '/')) {
		int64_t number;

		*end = '\0';
		snprintf(path, sizeof(path), CGROUP_ROOT "%s/pids.max", group);
		number = read_number(path);
		if (number < least)
			least = number;
	}
	return least;
}

static int64_t
read_cgroup_limit(void)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[GROUP_MAX];
	int64_t number = INT64_MAX;

	if (file == NULL)
		return INT64_MAX;
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "0::", 3) == 0)
			number = read_group_limit(line + 3);
	}
	fclose(file);
	return number;
}

static int64_t
read_process_limit(void)
{
	struct rlimit limit;

	if (geteuid() == 0 || getrlimit(RLIMIT_NPROC, &limit) < 0 ||
		limit.rlim_cur == RLIM_INFINITY)
		return INT64_MAX;
	return (int64_t)limit.rlim_cur;
}

static int64_t
min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

struct limits
limits_find_threads(int64_t mappings_each)
{
	struct limits limits = {INT64_MAX, "memory"};

	lower(&limits, read_process_limit() - OTHER_THREADS,
		"processes (ulimit -u)");
	lower(&limits, read_number("/proc/sys/kernel/pid_max") - OTHER_THREADS,
		"process ids (sysctl kernel.pid_max)");
	lower(&limits,
		read_number("/proc/sys/kernel/threads-max") - OTHER_THREADS,
		"threads (sysctl kernel.threads-max)");
	lower(&limits, read_cgroup_limit() - OTHER_THREADS,
		"tasks of the control group (pids.max)");
	if (mappings_each > 0)
		lower(&limits,
			(read_number("/proc/sys/vm/max_map_count") -
				OTHER_MAPPINGS) /
				mappings_each,
			"mappings (sysctl vm.max_map_count)");
	return limits;
}

struct limits
limits_find(int64_t other_descriptors, int64_t mappings_each)
{
	struct limits limits = limits_find_threads(mappings_each);

	lower(&limits, raise_open_files() - other_descriptors,
		"open files (ulimit -n)");
	return limits;
}

bool
limits_share(int64_t room, int64_t *clients, int64_t *pending)
{
	int64_t least =
		max(min(max(PENDING_MIN, room / PENDING_PART), room / 2), 1);

	if (*clients <= room - *pending)
		return false;
	*pending = min(*pending, max(room - *clients, least));
	*clients = max(min(*clients, room - *pending), 1);
	return true;
}
