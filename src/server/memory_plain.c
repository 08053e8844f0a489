/* SPDX-License-Identifier: MIT */
#include "server/memory.h"

void
memory_return_buffers(void)
{
}
