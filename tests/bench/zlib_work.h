/* SPDX-License-Identifier: MIT */
/* What an echo of compressed messages takes of zlib, and nothing besides. */
#ifndef BENCH_ZLIB_WORK_H
#define BENCH_ZLIB_WORK_H

#include <stddef.h>

/*
 * Makes the messages of so many bytes that wsbench sends, for all connections.
 * Returns the bytes of a compressed one, on average. Exits when memory is
 * short, as the others do.
 */
size_t zlib_work_prepare(size_t size);

/* The streams of a connection, by the settings that wsserver has. */
struct zlib_work *zlib_work_new(void);
void zlib_work_free(struct zlib_work *work);

/*
 * For all messages that so many more bytes complete, each taken for as long
 * as the average: restores one and compresses it again.
 */
void zlib_work_do(struct zlib_work *work, size_t received);

#endif
