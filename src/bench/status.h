/* SPDX-License-Identifier: MIT */
/* What wsbench exits with. */
#ifndef BENCH_STATUS_H
#define BENCH_STATUS_H

enum bench_status {
	BENCH_RIGHT = 0, /* every reply was */
	BENCH_WRONG = 1, /* a reply was wrong or lost, or no output */
	BENCH_USAGE = 2,
	BENCH_UNREACHABLE = 3, /* name or connection, or no room for more */
	BENCH_TLS = 4,
	BENCH_REFUSED = 5, /* the opening handshake */
	BENCH_INTERRUPTED = 130,
};

#endif
