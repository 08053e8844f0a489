/* SPDX-License-Identifier: MIT */
/* How much one peer may write into the log. */
#ifndef LOG_LIMIT_H
#define LOG_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#define LIMIT_PEERS 64
#define LIMIT_PEER_SIZE 48

/* Tokens a peer starts with, and gets back each second. */
#define LIMIT_TOKENS_MAX 20000
#define LIMIT_TOKENS_A_SECOND 2000

/* Milliseconds from one report about a peer to the next, at least. */
#define LIMIT_REPORT_INTERVAL 1000

/*
 * The peers of one hash share the tokens; mostly it is one, an IPv4 address
 * or an IPv6 /64.
 */
struct limit_peer {
	char host[LIMIT_PEER_SIZE]; /* whose line was suppressed first */
	int64_t tokens;
	int64_t filled_at;
	uint64_t suppressed;
	int64_t reported_at;
};

/* All zero at the start. */
struct limit {
	struct limit_peer peers[LIMIT_PEERS];
};

/* What was not written of one peer. */
struct limit_report {
	char host[LIMIT_PEER_SIZE];
	uint64_t suppressed;
};

/*
 * Whether a line about a peer ("host:port" or "host"), which costs so many
 * tokens, may be written at a time in milliseconds. If so, and a report is due,
 * stores in *report how many lines were suppressed before it; if that is not 0
 * it is to be told first.
 */
bool limit_take(struct limit *limit, const char *peer, int64_t cost,
	int64_t now, struct limit_report *report);

/* The lines suppressed of some peer and not reported so far; false: none. */
bool limit_next_report(struct limit *limit, struct limit_report *report);

#endif
