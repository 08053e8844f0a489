/* SPDX-License-Identifier: MIT */
/* Misbehaviour by request, under /faults/, that clients must survive. */
#ifndef SERVICE_FAULTS_H
#define SERVICE_FAULTS_H

#include "service/service.h"

#define FAULTS_PATH "/faults/"
#define FAULTS_ARE_OFF "faults are off: start the server with --enable-faults"
#define FAULT_COUNT 26
#define FAULT_AFTER_MAX 1000000

struct fault_call;

struct fault {
	/* Behind FAULTS_PATH: a name, and what stands for its parameters. */
	const char *path;
	const char *meaning;	   /* to people */
	const char *example;	   /* a whole path */
	const char *usage;	   /* what a call that is wrong is answered */
	uint64_t minimum, maximum; /* of the number, if there is one */
	bool is_opening;    /* it comes in place of, or before, the 101 */
	struct slice frame; /* that is sent */
	void (*serve)(struct fault_call *call);
};

/* In the place of a maximum: that of all messages. */
#define FAULT_MAX_MESSAGE UINT64_MAX

/* All there are; their texts have nothing that HTML or JSON would escape. */
extern const struct fault faults[FAULT_COUNT];

/* The path without parameters: "close", "bad/utf8". */
struct slice fault_name(const struct fault *fault);

/* How often each was served. All zero at first; any thread may count. */
struct fault_counts {
	_Atomic uint64_t served[FAULT_COUNT];
};

/*
 * Whether the target of a request names a fault well: 404 where there is no
 * such fault, or none at all, and 400 for parameters that are wrong, too large
 * ones included.
 */
struct verdict faults_check(const struct http_head *request,
	const struct service_settings *settings);

/* Serves a request that was checked. */
void faults_serve(struct connection *connection,
	const struct http_head *request, const struct service_context *context);

#endif
