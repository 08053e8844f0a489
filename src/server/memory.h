/* SPDX-License-Identifier: MIT */
/* What becomes of memory that was freed. */
#ifndef SERVER_MEMORY_H
#define SERVER_MEMORY_H

/*
 * Lets buffers of large messages go back to the system as soon as they are
 * freed, where the C library can be told: in the heaps of many threads they
 * would stay. To be called before there are threads.
 */
void memory_return_buffers(void);

#endif
