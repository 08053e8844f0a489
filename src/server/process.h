/* SPDX-License-Identifier: MIT */
/* What the process takes of the system. */
#ifndef SERVER_PROCESS_H
#define SERVER_PROCESS_H

#include <stdint.h>

/* -1 where the system does not tell. */
struct process_facts {
	double cpu_seconds;
	int64_t resident_bytes;
	int64_t virtual_bytes;
	int64_t open_descriptors;
	int64_t max_descriptors;
};

void process_describe(struct process_facts *facts);

#endif
